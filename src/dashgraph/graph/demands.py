"""Which scopes of a token a field or a type demands, as federation's directives say it to gateways."""

from collections.abc import Iterable
from typing import Any, cast

from graphql import REMOVE, DirectiveNode, StringValueNode, Visitor, VisitorAction, parse, print_ast, visit
from strawberry.federation.schema_directives import Authenticated, RequiresScopes, Tag
from strawberry.types import get_object_definition

from dashgraph.domain.changes import Change
from dashgraph.domain.viewers import TokenScope
from dashgraph.services.identity import OF_ADMINISTRATORS

OF_ACCESS = {"@authenticated", "@requiresScopes"}
ADMIN, WRITE = Tag(name="admin"), Tag(name="write")  # for contracts: what is for administrators, what changes things


def demands(*scopes: TokenScope, either: Iterable[TokenScope] = ()) -> list[object]:
    """All of these scopes, and one of `either` besides where there are some. Whoever asks demands the same."""
    ways = [[*scopes, one] for one in either] or [list(scopes)]
    printed: list[object] = [RequiresScopes(scopes=[[str(scope) for scope in way] for way in ways])]
    return [*printed, ADMIN] if OF_ADMINISTRATORS & set(scopes) else printed


def demands_of(change: type[Change], *besides: TokenScope) -> list[object]:
    """What a mutation demands that makes this change."""
    return [*demands(change.SCOPE, *besides, either=change.OR_ELSE), WRITE]


class _Open(Visitor):
    """Leaves the directives out that say who may, and their names where they are imported."""

    def enter_directive(self, node: DirectiveNode, *_rest: Any) -> VisitorAction:
        return REMOVE if f"@{node.name.value}" in OF_ACCESS else None

    def enter_string_value(self, node: StringValueNode, *_rest: Any) -> VisitorAction:
        return REMOVE if node.value in OF_ACCESS else None


def without_access(sdl: str) -> str:
    """The SDL for composing where the gateway does not know these directives, and refuses all that has them."""
    return print_ast(visit(parse(sdl), _Open())) + "\n"


def signed_in(root: type) -> type:
    """The root type, whose fields all demand a token at the least: nobody is answered without one."""
    for field in get_object_definition(root, strict=True).fields:
        said = cast("list[Any]", field.directives)
        if not any(isinstance(directive, RequiresScopes) for directive in said):
            field.directives = [*said, Authenticated()]
    return root
