"""Many changes made by a job: kept as text until then, and never with a secret in them."""

from collections.abc import Sequence
from dataclasses import replace

from dashgraph.domain.bulk import ABOVE, LARGEST, BulkItem, ItemStatus, StartBulk
from dashgraph.domain.changes import Change, Terms
from dashgraph.domain.imports import ImportDashboard, Imported, check_may_import
from dashgraph.domain.jobs import Job, JobKind
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.domain.text import keepable
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.written_changes import written
from dashgraph.services.changing import Changing
from dashgraph.services.imports import Wanted


class Bulk:
    def __init__(self, changing: Changing, *, above: int = ABOVE) -> None:
        self._changing = changing
        self._above = above

    def takes(self, asked: bool | None, many: int) -> bool:
        """Whether a job makes so many changes: where that is said, as it is said, else where they are many."""
        return many > self._above if asked is None else asked

    async def start(
        self,
        viewer: Viewer,
        mutation: str,
        changes: Sequence[Change | Problem],
        terms: Terms,
        *,
        atomic: bool,
    ) -> Job:
        """The job that makes these. A Problem is what came of one already. Raises the problem of starting it."""
        for change in changes:
            if isinstance(change, Change):
                viewer.require(change.SCOPE)
        items = [_failed(one) if isinstance(one, Problem) else BulkItem(change=written(one)) for one in changes]
        return await self._start(viewer, mutation, JobKind.BULK, items, terms, atomic=atomic)

    async def start_import(self, viewer: Viewer, wanted: Sequence[Wanted], terms: Terms, *, atomic: bool) -> Job:
        """The same for an import."""
        check_may_import(viewer)
        viewer.require(ImportDashboard.SCOPE)
        items = [_of_import(one) for one in wanted]
        return await self._start(viewer, "importDashboards", JobKind.IMPORT, items, terms, atomic=atomic)

    async def _start(
        self, viewer: Viewer, mutation: str, kind: JobKind, items: Sequence[BulkItem], terms: Terms, *, atomic: bool
    ) -> Job:
        size = sum(len(item.change or "") for item in items)
        if size > LARGEST:
            message = (
                f"The changes are {size >> 20} MB; one job keeps at most {LARGEST >> 20} MB. Send them in several."
            )
            raise TooMuch(message)
        wish = StartBulk(
            place=viewer.user.source,  # where who asks is known, and jobs are kept
            mutation=mutation,
            kind=kind,
            items=tuple(items),
            atomic=atomic,
            preview=terms.dry_run,
        )
        outcome = await self._changing.one(viewer, wish, Terms(idempotency_key=terms.idempotency_key))
        if outcome.problem is not None:
            raise outcome.problem
        found: Job = outcome.thing
        return found


def _of_import(one: Wanted) -> BulkItem:
    if isinstance(one.change, Problem):
        item = _failed(one.change)
    elif isinstance(one.change, Imported):
        item = BulkItem(change=None, status=ItemStatus.SUCCEEDED, facts=one.change.facts())
    else:
        item = BulkItem(change=written(one.change))
    return replace(item, document=one.number, pointer=keepable(one.pointer))


def _failed(problem: Problem) -> BulkItem:
    return BulkItem(change=None, status=ItemStatus.FAILED, code=problem.code, message=keepable(problem.message))
