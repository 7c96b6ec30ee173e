"""Executable documents: each text is parsed and validated once, and the latest used ones are remembered."""

import asyncio
import re
from bisect import bisect_right
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Source,
    SourceLocation,
)

from dashgraph.domain import observing
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.graph import errors
from dashgraph.graph.acyclic import parse, validate
from dashgraph.graph.limits import Limits, bounded, check_document, check_text
from dashgraph.graph.shown import Shown

LINE_END = re.compile(r"\r\n|[\n\r]")
SHORT = 1000  # characters; what is no longer is read in a few milliseconds
REMEMBERED = 500_000  # characters of documents; what is made of one takes up to 500 times its size


class Documents:
    """The documents that can be run on a schema, by their text.

    Long ones are read in a thread, one at a time, so that others are answered meanwhile: while threads want to run, the
    interpreter gives each its turns.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits, shown: Shown) -> None:
        self._schema = schema
        self._limits = limits
        self._shown = shown
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()
        self._remembered = 0
        self._rules = bounded(shown.rules, limits)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="documents")

    @property
    def remembered(self) -> int:
        """The characters of the documents that are remembered."""
        return self._remembered

    async def of(self, query: str) -> DocumentNode | list[dict[str, Any]]:
        """The document of a text that is well-formed and valid, else the errors."""
        known = self._documents.get(query)
        if known is not None:
            self._documents.move_to_end(query)
            return known
        observing.note(observing.DocumentRead())
        if len(query) <= SHORT:
            found = self._read(query)
        else:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._read, query)
        if isinstance(found, DocumentNode) and query not in self._documents:
            self._documents[query] = found
            self._remembered += len(query)
            while self._remembered > REMEMBERED:
                self._remembered -= len(self._documents.popitem(last=False)[0])
        return found

    def _read(self, query: str) -> DocumentNode | list[dict[str, Any]]:
        try:
            check_text(query, self._limits)
            document = parse(_Text(query), tokens=self._limits.tokens)
            check_document(document, self._limits)
            found_errors = validate(self._schema, document, self._rules, hide_suggestions=self._shown.no_hints)
        except GraphQLError as error:
            return [errors.told(error, otherwise=errors.PARSE_FAILED)]
        except Problem as found:
            return [errors.problem(found)]
        except RecursionError:
            return [errors.plain("The query nests too deep to be read.", TooMuch.code)]
        if found_errors:
            return [errors.told(error, otherwise=errors.VALIDATION_FAILED) for error in found_errors]
        return document


class _Text(Source):
    """The text of a document. Where its lines begin is found out once, and not again for every error."""

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in LINE_END.finditer(self.body))]

    def get_location(self, position: int) -> SourceLocation:
        line = bisect_right(self._lines, position)
        return SourceLocation(line, position + 1 - self._lines[line - 1])


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode | str:
    """The operation that is meant, or a sentence on why that is not clear."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        return f"The document has {len(operations)} operations; say which with `operationName`."
    for node in operations:
        if node.name is not None and node.name.value == name:
            return node
    return f"The document has no operation named {name!r}."
