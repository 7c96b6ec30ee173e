"""What a delivery says: subject, text and HTML, made of the templates of what sends it, and of what was seen."""

import html
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashgraph.domain import templates
from dashgraph.domain.ids import Kind
from dashgraph.domain.targets import Attachment, Message
from dashgraph.services.rendering.sheet import Sheet

SUBJECT = "{{$dashboard}}"
BODIES = {
    Kind.SCHEDULE: "{{$dashboard}}, as it stood on {{$now}}.\n\nSent by the schedule {{$schedule}} for {{$owner}}.",
    Kind.ALERT: "The alert {{$alert}} was triggered.\n\n{{$dashboard}}, as it stood on {{$now}}. Sent for {{$owner}}.",
}
PAGE = """\
<!doctype html>
<html><head><meta charset="utf-8"></head>
<body style="margin:0;padding:24px;background:#f6f6f4;font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;\
color:#22262a">
<div style="max-width:720px;margin:0 auto;padding:24px 28px;background:#fff;border:1px solid #e3e3df;\
border-radius:8px">
{paragraphs}
{picture}</div>
<p style="max-width:720px;margin:12px auto 0;font-size:12px;color:#7a7f85">{note}</p>
</body></html>
"""
TABLE = '<table style="border-collapse:collapse;margin:0 0 12px">{}</table>\n'
CELL = '<td style="padding:4px 12px 4px 0;border-bottom:1px solid #e3e3df;vertical-align:top">{}</td>'
LONGEST_CELL = 200  # characters
PICTURE = '<img src="cid:picture" alt="{alt}" style="display:block;width:100%;height:auto;margin-top:16px">\n'


def message(
    key: str,
    *,
    subject: str | None,
    body: str,
    seen: Any = None,
    values: Mapping[str, str],
    sheet: Sheet,
    attachments: Sequence[Attachment] = (),
    inline: Attachment | None = None,
    note: str,
    facts: Mapping[str, object],
) -> Message:
    """`values` stand for the variables; `note` says at the end why this was sent. `seen` is shown as a table."""
    text = templates.render(body, values)
    rows = table(seen)
    listed = "".join(f"\n{' | '.join(row)}" for row in rows)
    picture = "" if inline is None else PICTURE.format(alt=html.escape(sheet.title, quote=True))
    return Message(
        key=key,
        subject=templates.render_header(subject or SUBJECT, values),
        text=f"{text}\n{listed}\n\n--\n{note}\n" if rows else f"{text}\n\n--\n{note}\n",
        html=page(text, picture=_html(rows) + picture, note=note),
        attachments=tuple(attachments),
        inline=inline,
        facts=facts,
    )


def page(text: str, *, picture: str = "", note: str = "") -> str:
    """Plain text as an HTML message. `picture` is HTML already."""
    parts = [html.escape(part.strip()).replace("\n", "<br>") for part in text.split("\n\n") if part.strip()]
    paragraphs = "\n".join(f'<p style="margin:0 0 12px">{part}</p>' for part in parts)
    return PAGE.format(paragraphs=paragraphs, picture=picture, note=html.escape(note))


def table(seen: Any) -> list[list[str]]:
    """What was seen, as a row for each name of an object; of a list of objects, the names above a row for each."""
    if isinstance(seen, list):
        names = list(dict.fromkeys(name for one in seen for name in one))
        return [[_cell(name) for name in names], *([_cell(one.get(name)) for name in names] for one in seen)]
    return [[_cell(name), _cell(value)] for name, value in (seen or {}).items()]


def _cell(value: Any) -> str:
    """On one line, and short enough to stand beside others."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CELL else line[: LONGEST_CELL - 1] + "…"


def _html(rows: Sequence[Sequence[str]]) -> str:
    lines = ("".join(CELL.format(html.escape(cell)) for cell in row) for row in rows)
    return TABLE.format("".join(f"<tr>{line}</tr>" for line in lines)) if rows else ""


def values_of(sheet: Sheet, at: datetime, zone: str, *, owner: str, schedule: str) -> dict[str, str]:
    return templates.values(at, zone, dashboard=sheet.part_of or sheet.title, owner=owner, schedule=schedule)
