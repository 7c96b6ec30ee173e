"""What must be true of the whole schema."""

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    ObjectTypeDefinitionNode,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    print_ast,
)

from dashgraph.graph.query import FETCHED_BY
from dashgraph.graph.schema import schema, sdl

ROOT = Path(__file__).parent.parent
# Lists without pages, each bounded by what it is.
BOUNDED = {
    "Alert.conditions",  # at most 20
    "Alert.problems",  # a few, and one for each recipient
    "Alert.targets",  # at most 10
    "AlertCondition.values",  # at most 100
    "Access.paths",  # the shares of one dashboard that reach one user
    "CopyResult.warnings",  # as of ImportResult
    "Dashboard.defaultFilters",  # parts of one document
    "Dashboard.filters",
    "Dashboard.promotionDiff",  # a dashboard and what it needs
    "Dashboard.tabs",  # parts of one document
    "Dashboard.tags",
    "Deliverable.problems",  # as of Alert and Schedule
    "Deliverable.targets",
    "EmailTarget.recipients",  # at most 500 of one target, and shown whole
    "ExportDashboardsPayload.files",  # for at most 100 dashboards, and their charts
    "Filter.levels",
    "Folder.ancestors",  # at most 20
    "ImportResult.differences",  # at most 100
    "ImportResult.warnings",  # a few kinds, and one for each data source and chart of one document
    "Job.log",  # the last 200 lines
    "JobResult.warnings",  # as of ImportResult
    "Layout.columns",
    "LayoutCell.subcells",
    "LayoutColumn.cells",
    "LayoutSubcell.elements",
    "Operation.changes",  # the records of one change
    "Panel.items",
    "Permission.via",
    "Person.accounts",  # one for each source
    "PromoteDashboardPayload.items",  # as of Dashboard.promotionDiff
    "PublicLink.passwords",  # of one link
    "RemoveSharePayload.stillHasAccessVia",
    "Query.nodes",  # as many as were asked for, at most 100
    "Query.sources",  # the configuration
    "Schedule.nextRuns",  # at most 100
    "Schedule.problems",  # a few, and one for each recipient
    "Schedule.targets",  # at most 10
    "Source.capabilities",
    "Source.mutations",
    "StillOwns.dashboards",  # at most 100
    "StillOwns.folders",
    "Style.colors",
    "TransferPlan.items",  # a plan is looked at whole
    "User.sameAs",  # one for each other source
    "Viewer.scopes",
    "Widget.panels",
}
# Of every page, and of every payload: as many as there are sources, problems, or items that were sent.
UNPAGED = (
    ".edges",
    ".sourceErrors",
    ".errors",
    ".path",
    ".results",
    "SchedulePayload.warnings",
    "AlertPayload.warnings",
)


# The passwords of public links are no account's: which there are, and what one is when it is made.
NAMED_FOR_PASSWORDS = {"PublicLink.passwords", "AddPublicLinkPasswordPayload.password"}


def ours() -> list[GraphQLNamedType]:
    """The types of the schema that are not GraphQL's or federation's own."""
    types = schema._schema.type_map.values()
    return [
        found
        for found in types
        if not found.name.startswith(("_", "link__"))
        and not is_introspection_type(found)
        and not is_specified_scalar_type(found)
    ]


def fields() -> list[tuple[str, GraphQLField]]:
    return [
        (f"{owner.name}.{name}", field)
        for owner in ours()
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in owner.fields.items()
        if not name.startswith("_")
    ]


def test_the_file_at_the_top_is_the_schema() -> None:
    assert (ROOT / "schema.graphql").read_text() == sdl(), "write it with: dashgraph schema -o schema.graphql"


def test_every_type_field_argument_and_value_is_described() -> None:
    missing = [found.name for found in ours() if not found.description]
    for name, field in fields():
        missing += [name] if not field.description else []
        missing += [f"{name}({key})" for key, argument in field.args.items() if not argument.description]
    for found in ours():
        if isinstance(found, GraphQLEnumType):
            missing += [f"{found.name}.{key}" for key, value in found.values.items() if not value.description]
        if isinstance(found, GraphQLInputObjectType):
            missing += [f"{found.name}.{key}" for key, field in found.fields.items() if not field.description]

    assert missing == []


def test_descriptions_are_sentences() -> None:
    texts = {found.name: found.description or "" for found in ours()} | {
        name: field.description or "" for name, field in fields()
    }
    assert [name for name, text in texts.items() if not text.strip().endswith(".") or not text[0].isupper()] == []


def test_everything_that_demands_scopes_names_them() -> None:
    types = [one for one in parse(sdl()).definitions if isinstance(one, ObjectTypeDefinitionNode)]
    texts = {
        directive: one.description.value if one.description else one.name.value
        for kind in types
        for one in (kind, *(kind.fields or ()))
        for directive in one.directives or ()
        if directive.name.value == "requiresScopes"
    }

    assert len(texts) > 100
    scopes = {directive: re.findall(r"[a-z]+:[a-z]+", print_ast(directive)) for directive in texts}
    assert all(scopes.values())
    assert [text for directive, text in texts.items() if any(one not in text for one in scopes[directive])] == []


def test_every_list_has_pages_or_a_known_bound() -> None:
    lists = set()
    for name, field in fields():
        kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        if isinstance(kind, GraphQLList) and not name.endswith(UNPAGED):
            lists.add(name)

    assert lists == BOUNDED


def test_every_node_can_be_fetched_again_and_is_a_federation_entity() -> None:
    node = schema._schema.get_type("Node")
    entities = schema._schema.get_type("_Entity")
    assert isinstance(node, GraphQLInterfaceType)
    assert isinstance(entities, GraphQLUnionType)
    nodes = {found.name for found in schema._schema.get_possible_types(node)}
    assert nodes == {kind.value for kind in FETCHED_BY}
    assert {found.name for found in entities.types} == {*nodes, "Person"}  # who is in no source, and has no id
    text = sdl()
    for name in nodes:
        assert re.search(rf'^type {name} implements (\w+ & )*Node @key\(fields: "id"\)', text, re.MULTILINE), name


def test_our_scalars_say_where_they_are_specified() -> None:
    scalars = {found.name: found for found in ours() if isinstance(found, GraphQLScalarType)}
    assert set(scalars) == {"DateTime", "EmailAddress", "JSON", "URL"}
    assert all(found.specified_by_url for found in scalars.values())


@pytest.mark.parametrize("secret", ["password", "hash", "secret"])
def test_nothing_in_the_graph_is_named_for_a_secret(secret: str) -> None:
    """A mutation may be named for what it changes; nothing answers with one."""
    told = [name for name, field in fields() if str(field.type) != "Boolean!"]  # whether there is one may be told
    names = [name for name in told if not name.startswith("Mutation.") and name not in NAMED_FOR_PASSWORDS]
    assert [name for name in names if secret in name.partition(".")[2].lower()] == []
