"""Writes the answers and tables of README.md: `python tests/readme.py`. A test runs the same and compares."""

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import Any

from conftest import NOW
from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Operation
from dashgraph.services.identity import scopes_of
from dashgraph.store.demo import load_demo

README = Path(__file__).parent.parent / "README.md"
BETWEEN = "```\n\n<details><summary>Answer</summary>\n\n```json\n"
EXAMPLE = re.compile(rf"```graphql\n(?P<query>.*?){re.escape(BETWEEN)}(?P<answer>.*?)```", re.DOTALL)
SETTINGS = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)
WIDTH = 110


async def written(text: str) -> str:
    """The text of README with every answer as it is on the demo company, and every table as it is in the code."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Settings(database_url=f"{folder}/demo.sqlite3")) as world:
            company = await load_demo(world.database, NOW)
            admin = ResourceId("local", Kind.USER, company.admin_id)
            viewer = Viewer(admin, RoleKind.ADMIN, scopes_of(RoleKind.ADMIN))
            answers = {}
            for found in EXAMPLE.finditer(text):
                query = found["query"]
                answers[query] = compact((await world.executor.run(Operation(query), viewer)).payload)
    text = EXAMPLE.sub(lambda found: f"```graphql\n{found['query']}{BETWEEN}{answers[found['query']]}\n```", text)
    return SETTINGS.sub(lambda found: found[1] + settings_table() + found[2], text)


def settings_table() -> str:
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = getattr(field.default, "get_secret_value", lambda field=field: field.default)()
        shown = str(default).lower() if isinstance(default, bool) else default
        cell = "" if shown in {None, ""} else f"`{shown}`"
        rows.append(f"| `DASHGRAPH_{name.upper()}` | {cell} | {field.description} |")
    return "\n".join(rows) + "\n"


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
