"""A plan carried out: stage by stage, all values at once; then written from the innermost outwards."""

from dashgraph.graph.plan.columns import columns_of
from dashgraph.graph.plan.json_texts import whole
from dashgraph.graph.plan.request import Request, together
from dashgraph.graph.plan.selections import Plan, Waiting
from dashgraph.graph.plan.tables import TablePages
from dashgraph.graph.plan.values import Pages, Rows, Values


async def data(plan: Plan, request: Request) -> bytes:
    """What is answered, as JSON. Raises Deopt, or what a resolver raises: then the reference path is to answer."""
    root = Rows(plan.root)
    root.add(None, None)
    found: list[Values] = []  # whatever stands further in comes later
    level: list[Values] = [root]
    while level:
        found += level
        waiting = [one for values in level for one in _begun(values, request)]
        waiting += [question.ask for question in request.questions.open()]
        await together(waiting)
        level = [below for values in level for below in values.end()]
    for values in reversed(found):
        values.write()
    return whole(root.written[0])


def _begun(values: Values, request: Request) -> list[Waiting]:
    if isinstance(values, Pages | TablePages):
        return values.waiting()
    values.columns = columns_of(values, request)
    return [one for column in values.columns for one in column.waiting]
