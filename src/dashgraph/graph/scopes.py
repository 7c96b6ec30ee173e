"""Says in the description of each field and type which scopes it needs: for people what directives say to gateways."""

from collections.abc import Sequence

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.federation.schema_directives import RequiresScopes

Ways = Sequence[Sequence[str]]
"""Of each all are needed, and of all of them one."""

Described = GraphQLField | GraphQLObjectType | GraphQLInterfaceType

DEFINITION = "strawberry-definition"  # where strawberry keeps what something was made of


def tell_scopes(schema: GraphQLSchema) -> None:
    """Add it where the description does not name the scopes already."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for one in (kind, *kind.fields.values()):
                _tell(one)


def _tell(one: Described) -> None:
    ways, told = _ways_of(one), one.description or ""
    if any(scope not in told for way in ways for scope in way):
        wanted = ", or ".join(" and ".join(f"`{scope}`" for scope in way) for way in ways)
        one.description = f"{told} Needs a token for {wanted}.".strip()


def _ways_of(one: Described) -> Ways:
    """The scopes that its directive names."""
    said = getattr(one.extensions.get(DEFINITION), "directives", None) or ()
    return next((directive.scopes for directive in said if isinstance(directive, RequiresScopes)), [])
