"""A plan carried out: stage by stage, all values at once; then written from the innermost outwards.

What nothing is asked of any more is written while others are asked for.
"""

from collections.abc import Sequence
from functools import partial

from dashgraph.graph.plan.columns import columns_of
from dashgraph.graph.plan.json_texts import whole
from dashgraph.graph.plan.request import Request, together
from dashgraph.graph.plan.selections import Plan, Waiting
from dashgraph.graph.plan.tables import Table, TablePages
from dashgraph.graph.plan.values import Pages, Rows, Values


async def data(plan: Plan, request: Request) -> bytes:
    """What is answered, as JSON. Raises Deopt, or what a resolver raises: then the reference path is to answer."""
    root = Rows(plan.root)
    root.add(None, None)
    found: list[Values] = []  # what waits for others to be written; those stand further in and come later
    level: list[Values] = [root]
    while level:
        waiting = [one for values in level for one in _begun(values, request)]
        waiting += [question.ask for question in request.questions.open()]
        complete = [one for one in level if waiting and isinstance(one, Table | TablePages) and not one.asks_on]
        found += [one for one in level if one not in complete]
        await together(waiting, partial(_write, complete) if complete else None)
        level = [below for values in level for below in values.end()]
    _write(found)
    return whole(root.written[0])


def _write(found: Sequence[Values]) -> None:
    for values in reversed(found):
        values.write()


def _begun(values: Values, request: Request) -> list[Waiting]:
    if isinstance(values, Pages | TablePages):
        return values.waiting()
    values.columns = columns_of(values, request)
    return [one for column in values.columns for one in column.waiting]
