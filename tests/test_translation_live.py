"""The same request, sent to a made-up vendor and translated and run in the graph, gives the same rows."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from conftest import Stores
from dashgraph.app.build import World, opened
from dashgraph.app.faking import served_fakes
from dashgraph.app.settings import Settings
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Operation
from dashgraph.graph.translation.matching import Place
from dashgraph.graph.translation.translate import translate
from dashgraph.graph.translation.walking import answered
from dashgraph.sources.live.settings import LiveSettings

SIGNED = {
    SourceKind.SISENSE: ("Authorization", "Bearer {0}"),
    SourceKind.LIGHTDASH: ("Authorization", "ApiKey {0}"),
    SourceKind.HOLISTICS: ("X-Holistics-Key", "{0}"),
    SourceKind.POSTHOG: ("Authorization", "Bearer {0}"),
}


@dataclass
class Both:
    """The vendors, made up, and the graph over them."""

    world: World
    viewer: Viewer
    live: dict[SourceKind, LiveSettings]
    http: aiohttp.ClientSession

    async def rest(self, kind: SourceKind, path: str) -> Any:
        """What the vendor answers, out of its wrapping."""
        source = self.live[kind]
        name, form = SIGNED[kind]
        token = source.credentials.token
        assert token is not None
        async with self.http.get(source.url + path, headers={name: form.format(token.text)}) as response:
            found = await response.json()
        for key in ("results", "data", path.partition("?")[0].rpartition("/")[2]):
            found = found.get(key, found) if isinstance(found, Mapping) else found
        return found

    async def graph(self, kind: SourceKind, path: str) -> list[dict[str, Any]]:
        """What the graph answers to the same address."""
        places = [Place("local", SourceKind.NATIVE)]
        places += [Place(one.name, one.kind, one.url) for one in self.live.values()]
        found = translate(f"GET {self.live[kind].url}{path}", places, everything=True)

        async def ask(query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
            return (await self.world.executor.run(Operation(query, variables), self.viewer)).payload

        answer = await answered(found, ask, {})
        assert "errors" not in answer, answer["errors"]
        here: Any = answer["data"]
        assert found.walk is not None
        for key in found.walk.keys:
            here = here[key]
        return [edge["node"] for edge in here["edges"]]


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    database = await Stores("sqlite", tmp_path, None).fresh("demo")
    async with (
        served_fakes(()) as faked,
        opened(Settings(database_url=database), faked) as world,
        aiohttp.ClientSession() as http,
    ):
        viewer = await world.identity.acting_as("nora@tallgrass.example")
        yield Both(world, viewer, {one.kind: one for one in faked}, http)


async def test_sisense_gives_the_same_rows_in_the_same_order(both: Both) -> None:
    kind = SourceKind.SISENSE
    for path, rest, graph in (
        ("/api/v1/users?fields=_id,email&sort=email", "_id", "nativeId"),
        ("/api/v1/users?fields=email&sort=-email&limit=3&skip=2", "email", "email"),
        ("/api/v1/groups?sort=-name&limit=2", "_id", "nativeId"),
        ("/api/v1/dashboards/admin?dashboardType=owner&fields=oid&sort=title&skip=4&limit=5", "oid", "nativeId"),
    ):
        said, told = await both.rest(kind, path), await both.graph(kind, path)
        assert len(said) > 1
        assert [one[rest].lower() for one in said] == [one[graph].lower() for one in told], path


async def test_expanded_groups_are_the_same(both: Both) -> None:
    path = "/api/v1/users?fields=email,groups&expand=groups(fields:name)&sort=email"

    said, told = await both.rest(SourceKind.SISENSE, path), await both.graph(SourceKind.SISENSE, path)

    expected = {one["email"].lower(): {group["name"] for group in one["groups"]} for one in said}
    found = {one["email"].lower(): {edge["node"]["name"] for edge in one["groups"]["edges"]} for one in told}
    assert found == expected
    assert any(expected.values())


async def test_the_other_vendors_give_the_same_rows(both: Both) -> None:
    [project, *_] = await both.rest(SourceKind.LIGHTDASH, "/api/v1/org/projects")
    [team, *_] = await both.rest(SourceKind.POSTHOG, "/api/projects/")
    for kind, path, rest in (
        (SourceKind.LIGHTDASH, "/api/v1/org/projects", "projectUuid"),
        (SourceKind.LIGHTDASH, "/api/v1/org/users?pageSize=100", "userUuid"),
        (SourceKind.LIGHTDASH, "/api/v1/org/groups", "uuid"),
        (SourceKind.LIGHTDASH, f"/api/v1/projects/{project['projectUuid']}/dashboards", "uuid"),
        (SourceKind.LIGHTDASH, f"/api/v1/projects/{project['projectUuid']}/spaces", "uuid"),
        (SourceKind.HOLISTICS, "/api/v2/dashboards?limit=100", "id"),
        (SourceKind.HOLISTICS, "/api/v2/groups?limit=100", "id"),
        (SourceKind.HOLISTICS, "/api/v2/data_schedules?limit=100", "id"),
        (SourceKind.POSTHOG, f"/api/projects/{team['id']}/dashboards?limit=100", "id"),
    ):
        said, told = await both.rest(kind, path), await both.graph(kind, path)
        natives = {one["nativeId"].rpartition(".")[2] for one in told}
        assert len(said) > 1, path
        assert natives == {str(one[rest]) for one in said}, path
