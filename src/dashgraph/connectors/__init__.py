"""The connectors, one line each. A new one is a folder beside them and a line here."""

from dashgraph.connectors import native

KINDS = {
    native.KIND: native,
}
