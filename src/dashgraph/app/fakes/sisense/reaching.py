"""Who reaches which dashboard on a Sisense server: its owner, its recipients, and administrators who say so."""

from dashgraph.app.fakes.sisense.asking import Asking, Refused, missing
from dashgraph.app.fakes.sisense.keeping import AdminAccess, Board, Content, Json, Keeping


class Reach:
    """Finds dashboards for the user of a request."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def administrator(self, asking: Asking) -> None:
        if not self._keeping.is_administrator(asking.caller):
            raise Refused(403, 102, "You do not have the permission to do this")

    def board(self, asking: Asking, name: str = "id") -> Board:
        oid = asking.id(name)
        if oid not in self._keeping.boards:
            raise missing("Dashboard", oid)
        return self._keeping.boards[oid]

    def seen(self, asking: Asking, name: str = "id") -> tuple[Board, Content]:
        """A dashboard, and the instance of it that is the caller's; the owner's by administrative access."""
        if self.as_administrator(asking):
            board = self.board(asking, name)
            return board, board.working
        return self.had(asking, name)

    def had(self, asking: Asking, name: str = "id") -> tuple[Board, Content]:
        """A dashboard that the caller owns or was given, whatever administrators may."""
        board = self.board(asking, name)
        content = self._keeping.instance(board, asking.caller["_id"])
        if content is None:
            raise missing("Dashboard", board.oid)
        return board, content

    def owned(self, asking: Asking, name: str = "id") -> Board:
        """A dashboard of the caller's own: nobody else writes it, administrators neither."""
        board = self.board(asking, name)
        if board.owner != asking.caller["_id"]:
            raise Refused(403, 102, "Only the owner of the dashboard may do this")
        return board

    def governed(self, asking: Asking, name: str = "id") -> Board:
        """A dashboard that the caller owns, or any by administrative access."""
        if self.as_administrator(asking):
            return self.board(asking, name)
        return self.owned(asking, name)

    def as_administrator(self, asking: Asking) -> bool:
        """Whether the request claims administrative access, and may."""
        if not asking.is_set("adminAccess"):
            return False
        if self._keeping.admin_access is AdminAccess.UNKNOWN:
            raise Refused(422, 300, "Invalid request data: adminAccess is not a known property")
        if self._keeping.admin_access is AdminAccess.REFUSED:
            raise Refused(403, 102, "adminAccess is not permitted")
        self.administrator(asking)
        return True

    def visible(self, user: Json) -> list[tuple[Board, Content]]:
        """What the user owns, or was shared and published."""
        found = ((board, self._keeping.instance(board, user["_id"])) for board in self._keeping.boards.values())
        return [(board, content) for board, content in found if content is not None]
