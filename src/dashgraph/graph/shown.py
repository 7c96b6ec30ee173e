"""How much of the schema is shown to who asks for it, or guesses at it."""

from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLError, ValidationRule, specified_rules
from graphql.validation import NoSchemaIntrospectionCustomRule

SERVICE = "_service"


class NoServiceRule(ValidationRule):
    """Federation's way to ask for the whole schema is introspection under another name."""

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        parent = self.context.get_parent_type()
        if node.name.value == SERVICE and parent is self.context.schema.query_type:
            message = f"Introspection is switched off here, and {SERVICE} with it; the schema is published as a file."
            self.report_error(GraphQLError(message, node))


@dataclass(frozen=True, slots=True)
class Shown:
    """`no_hints` leaves out of every error which names there are that look like the wrong one."""

    introspection: bool = True
    no_hints: bool = False

    @property
    def rules(self) -> Any:
        """What is checked of a document."""
        if self.introspection:
            return specified_rules
        return (*specified_rules, NoSchemaIntrospectionCustomRule, NoServiceRule)


ALL = Shown()
