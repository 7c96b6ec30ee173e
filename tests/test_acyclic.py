"""Documents are read as graphql-core reads them, and leave nothing behind."""

import gc
from collections.abc import Iterator

import graphql
import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSchema, Location, Source, build_schema, specified_rules

from attacks import ALIASES, BOMB, CIRCLE, DEEP, PAGE
from dashgraph.graph.acyclic import parse, validate
from dashgraph.graph.executable import Documents
from dashgraph.graph.limits import Limits
from dashgraph.graph.shown import Shown
from test_schema import ROOT

TOKENS = 10_000
EQUAL = "{" + " viewer { user { id } }" * 1400 + "}"
SPREAD = (
    "query($a: Int, $a: Int) { dashboards(first: $b) { ...F } } fragment F on Dashboard { x } fragment F on User { id }"
)
COMMENTS = "# first\n{ # second\n# third\nviewer { user { id } } # fourth\n}\n# last"
WRONG = "{ viewer {" + " ".join(f"x{number}" for number in range(200)) + "} }"
TEXTS = [
    PAGE,
    DEEP,
    BOMB,
    CIRCLE,
    EQUAL,
    SPREAD,
    COMMENTS,
    WRONG,
    '{ a(b: """ # no comment """) }',
    "{ a b: c(d: {e: [1]}) }",
]
REFUSED = [
    *TEXTS,
    ALIASES,
    "{a" * 3000,
    "{ a( }",
    "# " * 3 + "\n" * 50 + "#\n" * 50 + "}",
    "query { a(b: $c) } mutation { x }",
]
A_FEW = 400  # objects, where a text of some kilobytes left ten thousand


@pytest.fixture(scope="module")
def graph() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(), assume_valid_sdl=True)


def places(document: DocumentNode) -> list[Location | None]:
    found = []

    class Places(graphql.Visitor):
        def enter(self, node: graphql.Node, *_args: object) -> None:
            found.append(node.loc)

    graphql.visit(document, Places())
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_document_is_what_it_is_elsewhere(graph: GraphQLSchema, text: str) -> None:
    ours, theirs = parse(Source(text), tokens=TOKENS), graphql.parse(text)
    assert ours == theirs
    assert places(ours) == places(theirs)
    for hide in (True, False):
        found = validate(graph, ours, specified_rules, hide_suggestions=hide)
        assert told(found) == told(graphql.validate(graph, theirs, hide_suggestions=hide))


def told(errors: list[GraphQLError]) -> list[object]:
    return [error.formatted for error in errors]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
async def test_nothing_is_left_to_the_collector(graph: GraphQLSchema, nothing_collected: None, text: str) -> None:
    documents = Documents(graph, Limits(), Shown())
    await documents.of("{ viewer { user { id } } }")
    gc.collect()

    await documents.of(text)

    assert gc.collect() < A_FEW


@pytest.fixture
def nothing_collected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()
