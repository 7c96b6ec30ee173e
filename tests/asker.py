"""Who asks a live source in tests: somebody of the demo company's store, known elsewhere by the e-mail address."""

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.viewers import Reach, TokenScope, Viewer


def viewer(start: str | None, *, admin: bool = False, everything: bool = False) -> Viewer:
    """Whose address begins so, or is so; None has none. `everything` asks for all there is."""
    email = None if start is None else start if "@" in start else f"{start}@tallgrass.example"
    return Viewer(
        user=ResourceId("local", Kind.USER, "somebody"),
        role=RoleKind.ADMIN if admin else RoleKind.EDITOR,
        scopes=frozenset(TokenScope),
        reach=Reach.ALL if everything else Reach.VISIBLE,
        email=email,
    )


ADMIN = viewer("nora", admin=True, everything=True)
