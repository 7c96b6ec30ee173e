"""The connectors, one line each. A new one is a folder beside them and a line here."""

from dashgraph.connectors import holistics, lightdash, native, posthog, sisense

KINDS = {
    native.KIND: native,
    sisense.KIND: sisense,
    lightdash.KIND: lightdash,
    holistics.KIND: holistics,
    posthog.KIND: posthog,
}
