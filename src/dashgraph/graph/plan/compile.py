"""An operation laid out once: graphql-core collects the fields, what they have declared says how they are answered."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from dashgraph.graph.declarations import Derived, Fact, ToMany, ToOne, declaration_of
from dashgraph.graph.nodes import Node
from dashgraph.graph.paging import Connection
from dashgraph.graph.plan.arguments import Arguments
from dashgraph.graph.plan.leaves import completed
from dashgraph.graph.plan.selections import (
    ConnectionSelection,
    Custom,
    Leaf,
    ListOf,
    Many,
    Objects,
    One,
    Plan,
    Result,
    Selection,
)
from dashgraph.graph.plan.shaping import Code

MOST_FIELDS = 3000  # of a plan; fragments in fragments can make many out of a short text
KNOWN_DIRECTIVES = {"skip", "include"}
TYPENAME = "__typename"
PAGE_INFO = {"hasNextPage": "has_next", "hasPreviousPage": "has_previous", "startCursor": "0", "endCursor": "-1"}


class Bail(Exception):
    """The operation is for the reference path. Its text is why, in a word."""


def switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what is selected. Raises Bail for directives that mean something else."""
    found = dict.fromkeys(_switches(document))
    return tuple(found)


def _switches(document: DocumentNode) -> Iterator[str]:
    level: list[SelectionNode | OperationDefinitionNode | FragmentDefinitionNode] = [
        one for one in document.definitions if isinstance(one, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while level:
        for node in level:
            for directive in node.directives or ():
                if directive.name.value not in KNOWN_DIRECTIVES:
                    raise Bail("directive")
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        yield argument.value.name.value
        below: list[SelectionSetNode | None] = [getattr(node, "selection_set", None) for node in level]
        level = [one for selections in below if selections is not None for one in selections.selections]


class Compiler:
    """For one operation, with these values of the variables that decide what is selected."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = variables
        self._registry = schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].schema_converter.scalar_registry
        self._fields = 0
        self._fragments: dict[str, FragmentDetails] = {}
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                if definition.variable_definitions:
                    raise Bail("fragment variables")
                self._fragments[definition.name.value] = FragmentDetails(definition)

    def plan(self) -> Plan:
        """Raises Bail."""
        if self._operation.operation is not OperationType.QUERY or self._schema.query_type is None:
            raise Bail(self._operation.operation.value)
        root = self._schema.query_type
        try:
            found = collect_fields(self._schema, self._fragments, self._variables, root, self._operation)
            return Plan(self._selection(root, found.grouped_field_set), self._fields)
        except (GraphQLError, RecursionError):
            raise Bail("fields") from None

    def _below(self, type_: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        return collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, type_, details
        ).grouped_field_set

    def _each(
        self, type_: GraphQLObjectType, fields: GroupedFieldSet
    ) -> Iterator[tuple[str, FieldDetailsList, str, GraphQLField | None]]:
        """The fields of a selection: key, where they stand, name and definition; None for `__typename`."""
        for key, details in fields.items():
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise Bail("size")
            name = details[0].node.name.value
            if name == TYPENAME:
                yield key, details, name, None
            elif name in type_.fields:
                yield key, details, name, type_.fields[name]
            else:
                raise Bail("introspection" if name.startswith("__") else "field")

    def _selection(self, type_: GraphQLObjectType, fields: GroupedFieldSet) -> Selection:
        cls = _class_of(type_)
        held = {one.name for one in dataclasses.fields(cls) if one.init}
        is_node = issubclass(cls, Node)
        scope = cls.LOOKUP.scope if is_node else None  # type: ignore[attr-defined]
        selection = Selection(cls, held in ({"thing"}, {"thing", "loaders"}), scope, is_node)
        code = Code()
        for key, details, _, definition in self._each(type_, fields):
            if definition is None:
                code.constant(key, type_.name)
            else:
                self._field(selection, code, type_, key, details, definition, has_loaders="loaders" in held)
        selection.shape = code.compiled(written=selection.is_node)
        if selection.is_node and selection.tells_paths:
            raise Bail("paths")  # one value stands at many places
        return selection

    def _field(
        self,
        selection: Selection,
        code: Code,
        parent: GraphQLObjectType,
        key: str,
        details: FieldDetailsList,
        definition: GraphQLField,
        *,
        has_loaders: bool,
    ) -> None:
        field = definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        if field.extensions or field.permission_classes:
            raise Bail("field extensions")
        node, type_ = details[0].node, get_nullable_type(definition.type)
        nullable = not is_non_null_type(definition.type)
        declared = declaration_of(field) if selection.holds_thing else None
        arguments = Arguments(field, definition, node, self._registry)
        if isinstance(declared, Fact | Derived) and is_leaf_type(type_):
            code.fact(key, declared, type_, nullable=nullable)
            return
        if field.base_resolver is None and is_leaf_type(type_) and not selection.holds_thing:
            code.code(key, f"one.{field.python_name}", type_, nullable=nullable)
            return
        code.column(key)
        if isinstance(declared, ToOne) and has_loaders and nullable and isinstance(type_, GraphQLObjectType):
            below = self._selection(type_, self._below(type_, details))
            if below.is_node:
                selection.asking.append(One(declared.lookup, declared.attribute, below))
                return
        elif isinstance(declared, ToMany) and has_loaders and nullable and isinstance(type_, GraphQLObjectType):
            selection.asking.append(Many(declared.listing, arguments, self._connection(type_, details)))
            return
        result = self._result(definition.type, details)
        custom = _custom(field, key, arguments, result, [one.node for one in details], parent)
        selection.tells_paths |= custom.info_parameter is not None or custom.tells_paths
        selection.asking.append(custom)

    def _result(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Result:
        nullable, inner = not is_non_null_type(type_), get_nullable_type(type_)
        if is_list_type(inner):
            return ListOf(nullable, self._result(inner.of_type, details))
        if is_leaf_type(inner):
            return Leaf(completed(inner, nullable=nullable))
        selections: dict[type, Selection | ConnectionSelection] = {}
        for one in self._possible(inner):
            if _is_connection(one):
                selections[Connection] = self._connection(one, details)
            else:
                found = self._selection(one, self._below(one, details))
                selections[found.cls] = found
        return Objects(nullable, selections)

    def _possible(self, type_: object) -> list[GraphQLObjectType]:
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return list(self._schema.get_possible_types(type_))
        return [cast("GraphQLObjectType", type_)]

    def _connection(self, type_: GraphQLObjectType, details: FieldDetailsList) -> ConnectionSelection:
        if not _is_connection(type_):
            raise Bail("connection")
        connection, code = ConnectionSelection(), Code()
        for key, found, name, definition in self._each(type_, self._below(type_, details)):
            if definition is None:
                code.constant(key, type_.name)
                continue
            below = get_named_type(definition.type)
            if name == "totalCount" and is_leaf_type(below):
                connection.wants_count = True
                code.code(key, "count", below, nullable=True)
                continue
            connection.wants_page = True
            if name == "sourceErrors":
                connection.errors.append(self._result(definition.type, found))
                code.raw(key, f"errors[{len(connection.errors) - 1}]")
            elif name == "pageInfo" and isinstance(below, GraphQLObjectType):
                self._page_info(code, key, below, found)
            elif name == "edges" and isinstance(below, GraphQLObjectType):
                self._edges(connection, code, key, below, found)
            else:
                raise Bail("connection")
        connection.shape = code.compiled_connection()
        return connection

    def _page_info(self, code: Code, key: str, type_: GraphQLObjectType, details: FieldDetailsList) -> None:
        inner = Code(code)
        for below, _, name, definition in self._each(type_, self._below(type_, details)):
            if definition is None:
                inner.constant(below, type_.name)
            elif name in {"startCursor", "endCursor"}:
                inner.raw(below, f"cursor(page.entries[{PAGE_INFO[name]}].position) if page.entries else None")
            elif name in PAGE_INFO:
                leaf = cast("GraphQLLeafType", get_named_type(definition.type))
                inner.code(below, f"page.{PAGE_INFO[name]}", leaf, nullable=False)
            else:
                raise Bail("page info")
        code.raw(key, inner.body)

    def _edges(
        self,
        connection: ConnectionSelection,
        code: Code,
        key: str,
        type_: GraphQLObjectType,
        details: FieldDetailsList,
    ) -> None:
        inner, loops = Code(code), []
        for below, found, name, definition in self._each(type_, self._below(type_, details)):
            if definition is None:
                inner.constant(below, type_.name)
            elif name == "cursor":
                inner.raw(below, "cursor(entry.position)")
            elif name == "node":
                node = get_nullable_type(definition.type)
                if not isinstance(node, GraphQLObjectType) or _is_connection(node):
                    raise Bail("edges")
                selection = self._selection(node, self._below(node, found))
                if not selection.holds_thing or selection.tells_paths:
                    raise Bail("edges")
                inner.raw(below, f"node{len(connection.nodes)}")
                loops.append(len(connection.nodes))
                connection.nodes.append(selection)
            else:
                raise Bail("edges")
        code.raw(key, inner.listed(loops))


def _custom(
    field: StrawberryField,
    key: str,
    arguments: Arguments,
    result: Result,
    nodes: list[FieldNode],
    parent: GraphQLObjectType,
) -> Custom:
    resolver = field.base_resolver
    info = None
    if resolver is not None:
        if resolver.parent_parameter or resolver.root_parameter:
            raise Bail("resolver")
        info = resolver.info_parameter.name if resolver.info_parameter else None
    return Custom(
        key=key,
        arguments=arguments,
        result=result,
        nodes=nodes,
        parent=parent,
        tells_paths=_tells_paths(result),
        resolver=None if resolver is None else cast("Callable[..., Any]", resolver.wrapped_func),
        takes_self=resolver is not None and resolver.self_parameter is not None,
        info_parameter=info,
        is_async=resolver is not None and resolver.is_async,
    )


def _class_of(type_: GraphQLObjectType) -> type:
    cls: type = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin
    return cls


def _is_connection(type_: GraphQLObjectType) -> bool:
    definition = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    return definition.concrete_of is not None and definition.concrete_of.origin is Connection


def _tells_paths(result: Result) -> bool:
    if isinstance(result, ListOf):
        return _tells_paths(result.item)
    return isinstance(result, Objects) and any(one.tells_paths for one in result.selections.values())
