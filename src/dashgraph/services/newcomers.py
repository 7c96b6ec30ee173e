"""Many accounts made at once: one change for all of them, and still an outcome for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashgraph.domain.changes import Outcome, Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, Problem
from dashgraph.domain.user_changes import CreateUser, CreateUsers, fact_of, problem_of
from dashgraph.domain.users import USER
from dashgraph.domain.viewers import Viewer
from dashgraph.services.changing import Changing
from dashgraph.services.reading import Reading

Wishes = Sequence[CreateUser | Problem]


async def make(
    changing: Changing, reading: Reading, viewer: Viewer, wishes: Wishes, terms: Terms, *, each: bool
) -> list[Outcome]:
    """One outcome for each wish, in order: all or none, or with `each` as many as can be. A Problem is its own."""
    viewer.require(USER.scope)  # what was made is shown
    sound = [wish for wish in wishes if isinstance(wish, CreateUser)]
    problem = _refusal(wishes, each=each)
    if problem is None and sound:
        outcome = await changing.one(viewer, CreateUsers(into=sound[0].into, users=tuple(sound), each=each), terms)
        problem = outcome.problem
    else:
        outcome = Outcome()
    if problem is not None:
        return _none(len(wishes), problem)
    told = iter(outcome.facts.get("results", ()))
    facts = [fact_of(wish) if isinstance(wish, Problem) else next(told) for wish in wishes]
    shown = await _shown(reading, viewer, sound[0].into if sound else "", outcome, facts)
    return [
        Outcome(problem=problem_of(fact))
        if "problem" in fact
        else Outcome(shown.get(fact["user"]), {}, outcome.operation)
        for fact in facts
    ]


def _refusal(wishes: Wishes, *, each: bool) -> Problem | None:
    """Why none of these can be made, before the source is asked."""
    for number, wish in enumerate(wishes):
        if isinstance(wish, Problem) and not each:
            wish.facts["item"] = number
            return wish
    if len({wish.into for wish in wishes if isinstance(wish, CreateUser)}) > 1:
        message = "Accounts that are made together are made in one source; send one request for each source."
        return BadInput(message, argument="items")
    return None


def _none(number: int, problem: Problem) -> list[Outcome]:
    culprit = problem.facts.get("item")
    if culprit is None:
        return [Outcome(problem=problem)] * number
    message = f"Not made, because item {culprit} cannot be: {problem.message}"
    return [Outcome(problem=problem if place == culprit else Conflict(message)) for place in range(number)]


async def _shown(
    reading: Reading, viewer: Viewer, source: str, outcome: Outcome, facts: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The users of these facts by native id: in a dry run as their source saw them, else as they are now."""
    if outcome.operation is None:
        return dict(outcome.facts.get("users", {}))
    ids = [ResourceId(source, Kind.USER, fact["user"]) for fact in facts if "user" in fact]
    found = await reading.things(viewer, USER, ids)
    return {one.native: user for one, user in found.items() if not isinstance(user, Problem)}
