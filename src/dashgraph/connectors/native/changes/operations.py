"""Undoing operations."""

from sqlalchemy import select, update

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.import_folders import clear, made_folders
from dashgraph.connectors.native.changes.undoing import check_content, check_people
from dashgraph.connectors.native.changes.undone_deliverables import check_deliverables, disable_unfit
from dashgraph.connectors.native.changes.undone_imports import IMPORT
from dashgraph.connectors.native.changes.undone_rules import check_rules, lock_concerned
from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind
from dashgraph.domain.operations import OPERATION, UndoOperation
from dashgraph.domain.problems import Conflict, Forbidden
from dashgraph.store import ledger
from dashgraph.store.operations import by_ids
from dashgraph.store.tables import operations


async def undo_operation(desk: Desk, wish: UndoOperation) -> Done:
    """Those who did it may undo it, and administrators. Refused when a later change stands in the way."""
    native = desk.id_of(wish.operation, Kind.OPERATION, noun="operation")
    await desk.session.execute(select(operations.c.id).where(operations.c.id == native).with_for_update())
    found = (await desk.session.execute(by_ids(desk.asker, [native]))).first()
    if found is None:
        raise missing("operation")
    if found.undone_by is not None:
        message = "It is undone already."
        raise Conflict(message)
    if found.reason is not None:
        message = f"It cannot be undone: {found.reason}."
        raise Conflict(message)
    if found.at + desk.retention.undo < desk.now:
        message = f"It is older than {desk.retention.undo.days} days and cannot be undone any more."
        raise Conflict(message)
    if found.actor_id != desk.me and not desk.viewer.is_admin:
        message = "Only who did it and administrators may undo it."
        raise Forbidden(message)
    images = ledger.read(found.changes)
    await lock_concerned(desk, images)
    await check_content(desk, images)
    await check_people(desk, images)
    await check_deliverables(desk, images)
    made = made_folders(images) if found.kind == IMPORT else []
    await desk.ledger.put_back([image for image in images if image not in made])
    await clear(desk, made)
    await check_rules(desk, since=found.at)
    await disable_unfit(desk)
    mark = update(operations)
    await desk.session.execute(mark.where(operations.c.id == native).values(undone_by=desk.operation))
    if found.undoes is not None:  # an undo is undone: what it undid holds again
        await desk.session.execute(mark.where(operations.c.id == found.undoes).values(undone_by=None))
    return Done(wish.operation, OPERATION.name)


HANDLERS: dict[type[Change], Handler] = {UndoOperation: undo_operation}
