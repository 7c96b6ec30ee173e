"""A plan carried out: stage by stage, all values at once; then written from the innermost outwards."""

import orjson

from dashgraph.graph.plan.columns import columns_of
from dashgraph.graph.plan.request import Request, Waiting, together
from dashgraph.graph.plan.selections import Plan
from dashgraph.graph.plan.values import Pages, Rows


async def data(plan: Plan, request: Request) -> bytes:
    """What is answered, as JSON. Raises Deopt, or what a resolver raises: then the reference path is to answer."""
    root = Rows(plan.root)
    root.add(None, None)
    found: list[Rows | Pages] = []  # whatever stands further in comes later
    level: list[Rows | Pages] = [root]
    while level:
        found += level
        waiting = [one for values in level for one in _begun(values, request)]
        waiting += [question.ask for question in request.questions.open()]
        await together(waiting)
        level = [below for values in level for below in values.end()]
    for values in reversed(found):
        values.write()
    return orjson.dumps(root.written[0])


def _begun(values: Rows | Pages, request: Request) -> list[Waiting]:
    if isinstance(values, Pages):
        return values.waiting()
    values.columns = columns_of(values, request)
    return [one for column in values.columns for one in column.waiting]
