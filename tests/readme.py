"""Writes the answers and tables of README.md: `python tests/readme.py`. A test runs the same and compares."""

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attacks import ATTACKS
from conftest import NOW
from dashgraph.app.build import opened
from dashgraph.app.configuration import options_of
from dashgraph.app.settings import Settings
from dashgraph.app.source_keys import SourceKeys
from dashgraph.connectors import KINDS
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import Capability, Card, SourceKind
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.written_changes import changes
from dashgraph.graph.execution import Operation
from dashgraph.graph.translation.matching import Place
from dashgraph.graph.translation.translate import translate
from dashgraph.services.identity import scopes_of
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.store.demo import load_demo

README = Path(__file__).parent.parent / "README.md"
BETWEEN = "```\n\n<details><summary>Answer</summary>\n\n```json\n"
EXAMPLE = re.compile(rf"```graphql\n(?P<query>.*?){re.escape(BETWEEN)}(?P<answer>.*?)```", re.DOTALL)
TRANSLATED = re.compile(r'(dashgraph translate "([^"]+)"\n```\n\n```graphql\n).*?(?=```)', re.DOTALL)
SETTINGS = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)
SOURCES = re.compile(r"(<!-- sources -->\n).*?(<!-- /sources -->)", re.DOTALL)
CAPABILITIES = re.compile(r"(<!-- capabilities -->\n).*?(<!-- /capabilities -->)", re.DOTALL)
ATTACKED = re.compile(r"(<!-- attacks -->\n).*?(<!-- /attacks -->)", re.DOTALL)
LOCAL = Place("local", SourceKind.NATIVE)
WIDTH = 110


async def written(text: str) -> str:
    """The text of README with every answer as it is on the demo company, and every table as it is in the code."""
    text = TRANSLATED.sub(lambda found: found[1] + translate(found[2], [LOCAL]).text, text)
    with tempfile.TemporaryDirectory() as folder:
        live = [_somewhere(kind) for kind in KINDS if kind is not SourceKind.NATIVE]
        async with opened(Settings(database_url=f"{folder}/demo.sqlite3"), live) as world:
            cards = {str(kind): world.reading.card("local" if kind is SourceKind.NATIVE else kind) for kind in KINDS}
        async with opened(Settings(database_url=f"{folder}/demo.sqlite3")) as world:
            company = await load_demo(world.database, NOW)
            admin = ResourceId("local", Kind.USER, company.admin_id)
            viewer = Viewer(admin, RoleKind.ADMIN, scopes_of(RoleKind.ADMIN))
            answers = {}
            for found in EXAMPLE.finditer(text):
                query = found["query"]
                answers[query] = compact((await world.executor.run(Operation(query), viewer)).payload)
    text = EXAMPLE.sub(lambda found: f"```graphql\n{found['query']}{BETWEEN}{answers[found['query']]}\n```", text)
    text = CAPABILITIES.sub(lambda found: found[1] + capabilities_table(cards) + found[2], text)
    text = SOURCES.sub(lambda found: found[1] + sources_table() + found[2], text)
    text = ATTACKED.sub(lambda found: found[1] + attacks_table() + found[2], text)
    return SETTINGS.sub(lambda found: found[1] + settings_table() + found[2], text)


def settings_table() -> str:
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = getattr(field.default, "get_secret_value", lambda field=field: field.default)()
        shown = str(default).lower() if isinstance(default, bool) else default
        cell = "" if shown in {None, ""} else f"`{shown}`"
        rows.append(f"| `DASHGRAPH_{name.upper()}` | {cell} | {field.description} |")
    return "\n".join(rows) + "\n"


def sources_table() -> str:
    rows = ["| key | default | what it is |", "|---|---|---|"]
    for name, key in SourceKeys.model_fields.items():
        needed = key.is_required() or key.default is None
        default = str(key.default).lower() if isinstance(key.default, bool) else key.default
        rows.append(f"| `{name}` | {'' if needed else f'`{default}`'} | {key.description} |")
    for kind in KINDS:
        rows += [f"| `{name}` |  | Of {kind} only. {words} |" for name, words in options_of(kind).items()]
    return "\n".join(rows) + "\n"


def attacks_table() -> str:
    rows = ["| attack | answer |", "|---|---|"]
    for name, (_, told) in ATTACKS.items():
        rows.append(f"| {name} | {told.status or ''} {f'`{told.code}`' if told.code else ''} {told.sentence} |")
    return re.sub(" +", " ", "\n".join(rows)) + "\n"


def capabilities_table(cards: Mapping[str, Card]) -> str:
    """What each kind of source can do: yes, in part (some mutations), or no."""
    names = {field.name: field.description for field in Capability.__strawberry_definition__.values}  # type: ignore[attr-defined]
    rows = [f"| capability | {' | '.join(cards)} |", "|---" * (len(cards) + 1) + "|"]
    for one in Capability:
        cells = (_cell(card, one) for card in cards.values())
        rows.append(f"| {names[one.name].removesuffix('.')} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _cell(card: Card, capability: Capability) -> str:
    if card.reason_against(capability) is not None:
        return ""
    needing = [name for name, change in changes().items() if change.NEEDS is capability]
    return "in part" if any(name in card.unable for name in needing) else "yes"


def _somewhere(kind: SourceKind) -> LiveSettings:
    """A source of this kind that nobody asks."""
    return LiveSettings(name=kind, kind=kind, url="https://bi.example", credentials=Credentials(token=Secret("-")))


def compact(value: Any, indent: int = 0) -> str:
    """JSON with what fits on a line on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {compact(item, indent + 2)}" for key, item in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(inner + compact(item, indent + 2) for item in value) + "\n" + " " * indent + "]"


if __name__ == "__main__":
    README.write_text(asyncio.run(written(README.read_text())))
