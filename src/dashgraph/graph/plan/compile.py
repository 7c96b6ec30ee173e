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
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
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

from dashgraph.domain.lists import Listing, Lookup
from dashgraph.domain.rows import ID, TIE, VALUE, reference
from dashgraph.graph.declarations import (
    Declaration,
    Derived,
    Fact,
    Held,
    RootList,
    RootOne,
    ToMany,
    ToOne,
    attribute_of,
    declaration_of,
)
from dashgraph.graph.nodes import Node
from dashgraph.graph.paging import Connection
from dashgraph.graph.plan.arguments import Arguments
from dashgraph.graph.plan.leaves import completed
from dashgraph.graph.plan.page_shaping import PAGE_INFO, shape_of_pages, shape_of_row_pages
from dashgraph.graph.plan.selections import (
    Bail,
    Column,
    ConnectionSelection,
    Constant,
    Cursor,
    Custom,
    Edges,
    InfoFact,
    Inner,
    Layout,
    Leaf,
    ListOf,
    Many,
    NodeOf,
    Objects,
    One,
    PageInfo,
    Plan,
    Result,
    Selection,
    Shown,
    SourceErrors,
    TotalCount,
    WrittenOfPage,
)
from dashgraph.graph.plan.shaping import shape_of_things

MOST_FIELDS = 3000  # of a plan; fragments in fragments can make many out of a short text
TYPENAME = "__typename"


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
        self._layouts: dict[str, Layout] = {}
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
        for key, details, _, definition in self._each(type_, fields):
            if definition is None:
                selection.written.append(Constant(key, type_.name))
            else:
                self._field(selection, type_, key, details, definition, has_loaders="loaders" in held)
        selection.shape = shape_of_things(selection)
        if selection.is_node and selection.tells_paths:
            raise Bail("paths")  # one value stands at many places
        return selection

    def _field(
        self,
        selection: Selection,
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
        declared = declaration_of(field)
        arguments = Arguments(field, definition, node, self._registry)
        if is_leaf_type(type_):
            if isinstance(declared, Fact | Derived) and selection.holds_thing:
                selection.written.append(Shown(key, declared, type_, nullable))
                return
            if field.base_resolver is None and not selection.holds_thing:
                selection.written.append(Shown(key, Fact((field.python_name,)), type_, nullable))
                return
        selection.written.append(Column(key))
        if isinstance(declared, ToOne) and has_loaders and nullable and isinstance(type_, GraphQLObjectType):
            below = self._selection(type_, self._below(type_, details))
            if below.is_node:
                layout = self._laid_out(below, declared.lookup)
                selection.asking.append(One(declared.lookup, declared.attribute, below, layout))
                return
        elif isinstance(declared, ToMany) and has_loaders and nullable and isinstance(type_, GraphQLObjectType):
            connection = self._connection(type_, details, declared.listing)
            selection.asking.append(Many(declared.listing, arguments, connection))
            return
        elif isinstance(declared, Held) and has_loaders and not nullable and is_list_type(type_):
            inner = cast("GraphQLObjectType", get_named_type(type_))
            below = self._selection(inner, self._below(inner, details))
            if below.tells_paths:
                raise Bail("paths")  # one value stands at many places
            selection.asking.append(Inner(declared.attribute, below))
            return
        result = self._result(definition.type, details, declared)
        custom = _custom(field, key, arguments, result, [one.node for one in details], parent)
        if isinstance(declared, RootOne) and isinstance(result, Objects):
            (found,) = result.selections.values()
            if isinstance(found, Selection):
                custom.entrance = One(declared.lookup, ID, found, self._laid_out(found, declared.lookup))
        selection.tells_paths |= custom.info_parameter is not None or custom.tells_paths
        selection.asking.append(custom)

    def _laid_out(self, selection: Selection, question: Lookup[Any] | Listing[Any]) -> Layout:
        """The layout of the rows that answer this question, with what this selection reads of them."""
        layout = self._layouts.setdefault(question.name, Layout(question))
        layout.able &= selection.is_node or isinstance(question, Listing)
        if isinstance(question, Lookup) or selection.is_shared(question):
            layout.want_id()
        for one in selection.written:
            if isinstance(one, Shown):
                layout.want(attribute_of(one.declared))
        for asking in selection.asking:
            if isinstance(asking, One):
                layout.want(reference(asking.attribute, asking.lookup.of))
            elif isinstance(asking, Inner):
                layout.want(asking.attribute)
            layout.able &= not isinstance(asking, Custom)
        return layout

    def _result(
        self, type_: GraphQLOutputType, details: FieldDetailsList, declared: Declaration | None = None
    ) -> Result:
        nullable, inner = not is_non_null_type(type_), get_nullable_type(type_)
        if is_list_type(inner):
            return ListOf(nullable, self._result(inner.of_type, details))
        if is_leaf_type(inner):
            return Leaf(completed(inner, nullable=nullable))
        selections: dict[type, Selection | ConnectionSelection] = {}
        for one in self._possible(inner):
            if _is_connection(one):
                listing = declared.listing if isinstance(declared, RootList) else None
                selections[Connection] = self._connection(one, details, listing)
            else:
                found = self._selection(one, self._below(one, details))
                selections[found.cls] = found
        return Objects(nullable, selections)

    def _possible(self, type_: object) -> list[GraphQLObjectType]:
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return list(self._schema.get_possible_types(type_))
        return [cast("GraphQLObjectType", type_)]

    def _connection(
        self, type_: GraphQLObjectType, details: FieldDetailsList, listing: Listing[Any] | None
    ) -> ConnectionSelection:
        if not _is_connection(type_):
            raise Bail("connection")
        connection = ConnectionSelection()
        for key, found, name, definition in self._each(type_, self._below(type_, details)):
            written: WrittenOfPage = Constant(key, type_.name)
            if definition is not None:
                written = self._of_page(connection, key, found, name, definition)
            connection.written.append(written)
        connection.shape, connection.row_shape = shape_of_pages(connection), shape_of_row_pages(connection)
        if listing is not None:
            connection.layout = self._layouts.setdefault(listing.name, Layout(listing))
            for node in connection.nodes:
                self._laid_out(node, listing)
            if connection.tells_cursors:
                connection.layout.want(VALUE)
                connection.layout.want(TIE)
        return connection

    def _of_page(
        self,
        connection: ConnectionSelection,
        key: str,
        details: FieldDetailsList,
        name: str,
        definition: GraphQLField,
    ) -> WrittenOfPage:
        """One field of a connection; what it asks for is noted in the connection."""
        below = get_named_type(definition.type)
        if name == "totalCount" and is_leaf_type(below):
            connection.wants_count = True
            return TotalCount(key, below)
        connection.wants_page = True
        if name == "sourceErrors":
            connection.errors.append(self._result(definition.type, details))
            return SourceErrors(key, len(connection.errors) - 1)
        if name == "pageInfo" and isinstance(below, GraphQLObjectType):
            return PageInfo(
                key, [self._info_fact(below, *one) for one in self._each(below, self._below(below, details))]
            )
        if name == "edges" and isinstance(below, GraphQLObjectType):
            each = self._each(below, self._below(below, details))
            return Edges(key, [self._of_edge(connection, below, *one) for one in each])
        raise Bail("connection")

    def _info_fact(
        self,
        type_: GraphQLObjectType,
        key: str,
        _details: FieldDetailsList,
        name: str,
        definition: GraphQLField | None,
    ) -> Constant | InfoFact:
        if definition is None:
            return Constant(key, type_.name)
        if name not in PAGE_INFO:
            raise Bail("page info")
        return InfoFact(key, name)

    def _of_edge(
        self,
        connection: ConnectionSelection,
        type_: GraphQLObjectType,
        key: str,
        details: FieldDetailsList,
        name: str,
        definition: GraphQLField | None,
    ) -> Constant | Cursor | NodeOf:
        if definition is None:
            return Constant(key, type_.name)
        if name == "cursor":
            return Cursor(key)
        node = get_nullable_type(definition.type)
        if name != "node" or not isinstance(node, GraphQLObjectType) or _is_connection(node):
            raise Bail("edges")
        selection = self._selection(node, self._below(node, details))
        if not selection.holds_thing or selection.tells_paths:
            raise Bail("edges")
        connection.nodes.append(selection)
        return NodeOf(key, len(connection.nodes) - 1)


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
