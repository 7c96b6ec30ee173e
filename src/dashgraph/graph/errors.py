"""What clients are told when something goes wrong: a sentence and a code, never our insides."""

import secrets
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from dashgraph.domain.problems import Problem

log = structlog.get_logger("dashgraph.graph")

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"


def told(error: GraphQLError, *, otherwise: str | None = None) -> dict[str, Any]:
    """The error as it goes to the client. `otherwise` is the code when nothing more is known of it.

    Without it an error that nobody expected is a bug: it is logged whole and told as one dull sentence.
    """
    innermost = error
    while isinstance(innermost.original_error, GraphQLError):
        innermost = innermost.original_error
    cause = innermost.original_error
    if isinstance(cause, Problem):
        return _shaped(error, cause.message, cause.code, cause.facts)
    if isinstance(error, GraphQLSyntaxError):
        return _shaped(error, error.message, PARSE_FAILED)
    if otherwise is None and innermost is not error and innermost.nodes:
        otherwise = BAD_INPUT  # found while running, and about the operation's text: a null where none may be
    if cause is None and otherwise is not None:
        return _shaped(error, error.message, otherwise)
    reference = secrets.token_hex(4)
    log.error("unexpected", reference=reference, path=error.path, exc_info=cause or error)
    return _shaped(error, f"Something went wrong on our side; the log has it as {reference}.", INTERNAL)


def problem(found: Problem) -> dict[str, Any]:
    """A problem that concerns the whole request."""
    return {"message": found.message, "extensions": {"code": found.code, **found.facts}}


def at(path: Sequence[str | int], found: Problem) -> dict[str, Any]:
    """A problem of a source that is missing from the list at this path; the list itself is there."""
    return {**problem(found), "path": list(path)}


def plain(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


def _shaped(error: GraphQLError, message: str, code: str, facts: dict[str, object] | None = None) -> dict[str, Any]:
    shaped: dict[str, Any] = {"message": message}
    if error.locations:
        shaped["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        shaped["path"] = error.path
    shaped["extensions"] = {"code": code, **(facts or {})}
    return shaped
