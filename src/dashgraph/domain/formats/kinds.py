"""Which formats of documents there are."""

from enum import StrEnum


class DocumentFormat(StrEnum):
    """A way to write dashboards down. The value is the word for it on the command line and in the store."""

    DASH = "dash"
    LIGHTDASH = "lightdash"
    POSTHOG = "posthog"
    DASHGRAPH = "dashgraph"

    @property
    def label(self) -> str:
        """What people call it in a sentence."""
        return LABELS[self]


LABELS = {
    DocumentFormat.DASH: "Sisense's .dash format",
    DocumentFormat.LIGHTDASH: "Lightdash's format",
    DocumentFormat.POSTHOG: "PostHog's format",
    DocumentFormat.DASHGRAPH: "dashgraph's own format",
}
