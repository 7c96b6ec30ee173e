"""The code that writes rows: made for one selection and the columns that one source has for it."""

from dashgraph.domain.rows import ID
from dashgraph.graph.declarations import Derived, attribute_of
from dashgraph.graph.plan.selections import Column, Constant, Layout, Selection, ShapeRows, Shown
from dashgraph.graph.plan.shaping import Code


def shape_of_rows(selection: Selection, layout: Layout, source: str) -> ShapeRows:
    """The function that writes rows of this source."""
    known = selection.row_shapes.get(source)
    if known is None:
        known = selection.row_shapes[source] = _shape(selection, layout, source)
    return known


def _shape(selection: Selection, layout: Layout, source: str) -> ShapeRows:
    code = Code()
    asking = iter(selection.asking)
    for one in selection.written:
        match one:
            case Constant():
                code.constant(one.key, one.value)
            case Column():
                code.column(one.key, next(asking))
            case Shown():
                read = _read(code, one, layout, source)
                code.leaves(one.key, read, one.type, nullable=one.nullable, of_text=True)
    shape: ShapeRows = code.made(["def shape(many, attributes, columns):", f"    return {code.every('range(many)')}"])
    return shape


def _read(code: Code, one: Shown, layout: Layout, source: str) -> str:
    """Code for the values of a leaf."""
    values = f"attributes[{layout.attributes.index(attribute_of(one.declared))}]"
    if not isinstance(one.declared, Derived):
        return values
    of_native = one.declared.of_native
    read = of_native(source, layout.question.of) if one.declared.attribute == ID and of_native else one.declared.read
    return f"list(map({code.named(read)}, {values}))"
