"""That graphql-core knows the inputs of which just one field is given, as Strawberry does not tell it.

It then refuses any other already when the document is validated, and introspection says which these are.
"""

from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition


def declare(schema: GraphQLSchema) -> None:
    for found in schema.type_map.values():
        known = found.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(found, GraphQLInputObjectType) and isinstance(known, StrawberryObjectDefinition):
            found.is_one_of = known.is_one_of
