"""The code that writes rows: made for one selection and the columns that one source has for it."""

from dashgraph.domain.rows import ID
from dashgraph.graph.declarations import Derived, attribute_of
from dashgraph.graph.plan.selections import Column, Constant, Layout, Selection, Shape, Shown
from dashgraph.graph.plan.shaping import Code


def shape_of_rows(selection: Selection, layout: Layout, source: str, *, pasted: bool) -> Shape:
    """The function that writes rows of this source; as JSON that is pasted where it is wanted, or as objects."""
    known = selection.row_shapes.get((source, pasted))
    if known is None:
        known = selection.row_shapes[source, pasted] = _shape(selection, layout, source, pasted=pasted)
    return known


def _shape(selection: Selection, layout: Layout, source: str, *, pasted: bool) -> Shape:
    code = Code()
    for one in selection.written:
        match one:
            case Constant():
                code.constant(one.key, one.value)
            case Column():
                code.column(one.key)
            case Shown():
                code.code(one.key, _read(code, one, layout, source), one.type, nullable=one.nullable, of_text=True)
    return code.compiled(written=pasted)


def _read(code: Code, one: Shown, layout: Layout, source: str) -> str:
    """Code for the value of a leaf."""
    attribute = attribute_of(one.declared)
    at = layout.attributes.index(attribute)
    read = f"one[{at}]"
    reader = layout.read(source)[at]
    if reader is not None:
        read = f"{code.named(reader)}({read})"
    if not isinstance(one.declared, Derived):
        return read
    if attribute == ID and one.declared.of_native is not None:
        return f"{code.named(one.declared.of_native(source, layout.question.of))}({read})"
    return f"{code.named(one.declared.read)}({read})"
