"""What a field costs beside the objects it answers, and how long its list may be: printed in the SDL, and charged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from strawberry import UNSET
from strawberry.schema_directive import Location

from dashgraph.domain.bulk import ABOVE
from dashgraph.domain.folders import DEEPEST
from dashgraph.domain.lists import DEFAULT_PAGE, LARGEST_PAGE
from dashgraph.domain.sources import Capability
from dashgraph.domain.written_changes import changes

DEFINITION = "strawberry-definition"
MUTATION = 10
FEW = 10  # of what an answer has a few: problems, warnings, recipients that could not be reached


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description="What asking for a field costs, beside one for each object that it answers.",
)
class Cost:
    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many items a list is taken to have: as many as the slicing argument says, else the assumed size. "
    "With `sizedFields` it is about those lists of what the field answers.",
)
class ListSize:
    assumed_size: int | None = strawberry.directive_field(name="assumedSize")
    slicing_arguments: list[str] | None = strawberry.directive_field(name="slicingArguments", default=UNSET)
    sized_fields: list[str] | None = strawberry.directive_field(name="sizedFields", default=UNSET)
    require_one_slicing_argument: bool | None = strawberry.directive_field(
        name="requireOneSlicingArgument", default=True
    )


def sliced(by: list[str], *, otherwise: int, sized: list[str] | None = UNSET) -> ListSize:
    """As long as one of these arguments says, which may be left out."""
    return ListSize(
        assumed_size=otherwise, slicing_arguments=by, sized_fields=sized, require_one_slicing_argument=False
    )


def assumed(size: int, *, sized: list[str] | None = UNSET) -> ListSize:
    return ListSize(assumed_size=size, sized_fields=sized, require_one_slicing_argument=UNSET)


PAGED = sliced(["first", "last"], otherwise=DEFAULT_PAGE, sized=["edges"])

WEIGHTS = {
    "Dashboard.promotionDiff": 10,
    "Dashboard.raw": 5,
    "Query.person": 10,
    "Query.search": 10,
    "Query.simulateRevoke": MUTATION,
    "Source.status": 10,  # asks the system there and then
    "User.sameAs": 5,  # asks every other source
    "Widget.raw": 5,
}
# Of the lists without pages: what bounds each is said in the tests of the schema.
SIZES = {
    "Access.paths": 5,
    "Alert.conditions": 20,
    "Alert.problems": FEW,
    "Alert.targets": 10,
    "CopyResult.warnings": FEW,
    "Dashboard.defaultFilters": 20,
    "Dashboard.filters": 20,
    "Dashboard.promotionDiff": 20,
    "Dashboard.tabs": 10,
    "Deliverable.problems": FEW,
    "Deliverable.targets": 10,
    "EmailTarget.recipients": 20,
    "ExportDashboardsPayload.files": LARGEST_PAGE,
    "Filter.levels": 5,
    "Folder.ancestors": DEEPEST,
    "ImportResult.differences": 100,
    "ImportResult.warnings": FEW,
    "Job.log": 200,
    "JobResult.warnings": FEW,
    "Layout.columns": 4,
    "LayoutCell.subcells": 4,
    "LayoutColumn.cells": 30,
    "LayoutSubcell.elements": 2,
    "Operation.changes": FEW,
    "Panel.items": 5,
    "Permission.via": 5,
    "Person.accounts": FEW,
    "PromoteDashboardPayload.items": 20,
    "PublicLink.passwords": FEW,
    "Query._entities": LARGEST_PAGE,
    "Query.nodes": LARGEST_PAGE,
    "Query.sources": FEW,
    "RemoveSharePayload.stillHasAccessVia": 5,
    "Schedule.problems": FEW,
    "Schedule.targets": 10,
    "Source.capabilities": len(Capability),
    "Source.mutations": len(changes()),
    "StillOwns.dashboards": LARGEST_PAGE,
    "StillOwns.folders": LARGEST_PAGE,
    "TransferPlan.items": 100,
    "User.sameAs": FEW,
    "Widget.panels": 4,
}
SIZES_BY_NAME = {"errors": FEW, "warnings": FEW, "sourceErrors": FEW}  # of every page and payload
RESULTS = assumed(ABOVE, sized=["results"])  # of mutations of many things
SLICED = {"Schedule.nextRuns": sliced(["first"], otherwise=5)}


@dataclass(frozen=True, slots=True)
class Price:
    """Of one field. `slicing` are the arguments that say how many; `sized` the fields below that they are about."""

    weight: int = 0
    size: int | None = None
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()


Prices = Mapping[tuple[str, str], Price]
"""By type and field."""


def declare(schema: GraphQLSchema) -> None:
    """Put the directives on the fields of the schema that have a price."""
    for owner, name, field in _fields(schema):
        definition = field.extensions.get(DEFINITION)
        if definition is None or any(isinstance(one, Cost | ListSize) for one in definition.directives):
            continue  # declared: an interface's field is that of its types too
        weight = MUTATION if owner == "Mutation" else WEIGHTS.get(f"{owner}.{name}")
        size = _size(owner, name, field)
        said = [*([Cost(weight=str(weight))] if weight else []), *([size] if size else [])]
        if said:
            definition.directives = [*definition.directives, *said]


def declared(schema: GraphQLSchema) -> Prices:
    """What the directives on the fields of the schema say."""
    found = {}
    for owner, name, field in _fields(schema):
        price = Price()
        definition = field.extensions.get(DEFINITION)
        for one in definition.directives if definition is not None else ():
            if isinstance(one, Cost):
                price = Price(int(one.weight), price.size, price.slicing, price.sized)
            elif isinstance(one, ListSize):
                slicing, sized = tuple(one.slicing_arguments or ()), tuple(one.sized_fields or ())
                price = Price(price.weight, one.assumed_size, slicing, sized)
        if price != Price():
            found[owner, name] = price
    return found


def is_list(kind: GraphQLOutputType) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _size(owner: str, name: str, field: GraphQLField) -> ListSize | None:
    kind: Any = get_named_type(field.type)
    if kind.name.endswith("Connection"):
        return PAGED
    if owner == "Mutation" and "results" in kind.fields:
        return RESULTS
    if not is_list(field.type) or is_leaf_type(kind):
        return None
    size = SIZES.get(f"{owner}.{name}", SIZES_BY_NAME.get(name))
    return SLICED.get(f"{owner}.{name}") if size is None else assumed(size)


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    for owner in schema.type_map.values():
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) and not owner.name.startswith("__"):
            for name, field in owner.fields.items():
                yield owner.name, name, field
