"""Reading documents so that what is refused goes at once: it leaves no circles for the collector to find.

graphql-core links all tokens of a text with both neighbours, and its visitors hold methods of their own. A text of some
kilobytes left tens of thousands of objects in circles. Whoever sent many of them kept the collector at work for half a
second at a time, and everybody else waited.
"""

from collections.abc import Iterable

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Lexer,
    ParallelVisitor,
    Source,
    Token,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    Visitor,
    visit,
)
from graphql.language.parser import Parser
from graphql.validation.validate import (
    FragmentNestingVisitor,
    ValidationAbortedError,
    query_document_keys_to_validate,
)

ERRORS = 100  # that are told of one document


def parse(source: Source, *, tokens: int) -> DocumentNode:
    """The document of a text of so many tokens at most.

    Raises GraphQLSyntaxError, or RecursionError when it nests too deep.
    """
    return Parser(source, max_tokens=tokens, lexer=_Lexer(source)).parse_document()


def validate(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: Iterable[type[ASTValidationRule]],
    *,
    hide_suggestions: bool,
) -> list[GraphQLError]:
    """What is wrong with a document, by these rules. Raises what they raise.

    It is graphql.validate, which keeps its visitors to itself.
    """
    found: list[GraphQLError] = []

    def report(error: GraphQLError) -> None:
        if len(found) >= ERRORS:
            message = "Too many validation errors, error limit reached. Validation aborted."
            raise ValidationAbortedError(message)
        found.append(error)

    types = TypeInfo(schema)
    context = ValidationContext(schema, document, types, report, hide_suggestions)
    visitors: list[Visitor] = [rule(context) for rule in rules]
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    if fragments:
        visitors.insert(0, FragmentNestingVisitor(fragments))
    together = ParallelVisitor(visitors)
    typed = TypeInfoVisitor(types, together)
    try:
        visit(document, typed, query_document_keys_to_validate)
    except ValidationAbortedError as error:
        error.__context__ = None
        found.append(error.with_traceback(None))
    except RecursionError:
        found.append(ValidationAbortedError("Validation aborted."))
    finally:
        for visitor in (typed, together, *visitors):
            vars(visitor).clear()
    return found


class _Lexer(Lexer):
    """Lets tokens go that it is past. Nobody asks for a token's neighbours but the lexer itself, for the next one."""

    def advance(self) -> Token:
        token = super().advance()
        past: Token | None = self.last_token
        while past is not None and past is not token:  # comments are between
            following = past.next
            past.prev = past.next = None
            past = following
        token.prev = None
        return token
