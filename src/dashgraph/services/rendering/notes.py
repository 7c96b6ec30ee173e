"""What a widget for text says, without its markup: it is printed, never shown as HTML."""

import html
import re

from dashgraph.domain.dash import Style

LONGEST = 20_000  # characters of markup that are looked at
TAG = re.compile(r"(<[^<>]*>)")
SILENT = re.compile(r"<(script|style)\b", re.IGNORECASE)
LINE_ENDING = re.compile(r"</?(p|div|br|li|ul|ol|tr|td|h[1-6])\b", re.IGNORECASE)


def words_of(style: Style | None) -> str | None:
    """The text between the tags, its lines one after the other; None for a widget that shows something else."""
    if style is None:
        return None
    content = style.raw.get("content")
    held = content if isinstance(content, dict) else style.raw  # servers nest it, some versions do not
    markup = held.get("html")
    if not isinstance(markup, str):
        return None
    found, silent = [], False
    for part in TAG.split(markup[:LONGEST]):
        if TAG.fullmatch(part):
            silent = SILENT.match(part) is not None
            found.append("\n" if LINE_ENDING.match(part) else "")
        elif not silent:
            found.append(part)
    lines = html.unescape("".join(found)).splitlines()
    return " · ".join(line for one in lines if (line := " ".join(one.split()))) or None
