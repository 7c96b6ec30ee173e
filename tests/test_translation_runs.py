"""Translated requests give the very rows that REST would have given, and the command `translate` says and does so."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from company import global_id
from conftest import Asking, Stores, asking
from dashgraph.app import logs
from dashgraph.app.main import app
from dashgraph.domain.ids import Kind
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.translation.matching import Place
from dashgraph.graph.translation.translate import translate
from dashgraph.graph.translation.walking import answered, cut

PAGE = "edges { node { nativeId } } pageInfo { hasNextPage endCursor }"
ADMIN = "nora@tallgrass.example"
NATIVE = Place("local", SourceKind.NATIVE)


@dataclass
class Company:
    """The demo company, and its administrator, who asks."""

    runner: asyncio.Runner
    asking: Asking
    admin: Viewer
    oid: str  # a dashboard of the administrator's
    asked: list[dict[str, Any]]

    def answer(self, line: str, *, everything: bool = False) -> dict[str, Any]:
        """What comes of a REST request."""
        self.asked.clear()
        return self.runner.run(answered(translate(line, [NATIVE], everything=everything), self._ask, {}))

    def graph(self, query: str, **variables: Any) -> Any:
        """The data of an operation."""
        return self.runner.run(self.asking.data(self.admin, query, **variables))

    async def _ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append({"query": query, **variables})
        return await self.asking.answer(self.admin, query, **variables)

    def everything(self, noun: str, sort: str, more: str = "", dashboard: str | None = None) -> list[str]:
        """The native ids of a whole list, or of one within a dashboard, as the graph sorts it."""
        found: list[str] = []
        after = None
        opening = f'dashboard(id: "{global_id(Kind.DASHBOARD, dashboard)}") {{ ' if dashboard else ""
        while True:
            query = f"{opening}{noun}(first: 100, after: $after, sort: {sort}{more}) {{ {PAGE} }}"
            data = self.graph(f"query ($after: String) {{ {query}{' }' if dashboard else ''} }}", after=after)
            page = (data["dashboard"] if dashboard else data)[noun]
            found += [edge["node"]["nativeId"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """On SQLite alone: what is asked of a store is tested elsewhere."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        stores = Stores("sqlite", tmp_path_factory.mktemp("translation"), None)
        found = runner.run(stack.enter_async_context(asking(runner.run(stores.fresh("demo")))))
        admin = runner.run(found.viewer(ADMIN))
        data = runner.run(found.data(admin, "{ dashboards(first: 1) { edges { node { nativeId } } } }"))
        yield Company(runner, found, admin, data["dashboards"]["edges"][0]["node"]["nativeId"], [])
        runner.run(stack.aclose())


def rows(answer: Mapping[str, Any], *keys: str) -> list[str]:
    here: Any = answer["data"]
    for key in keys:
        here = here[key]
    return [edge["node"]["nativeId"] for edge in here["edges"]]


# How each noun's list is called in REST and in the graph, its fields, and the keys by which both sort it.
LISTS = {
    "users": ("/users", "users", "", {"email": "EMAIL", "lastUpdated": "UPDATED_AT", "_id": "ID", "roleId": "ROLE"}),
    "widgets": ("/dashboards/{oid}/widgets", "widgets", "", {"title": "TITLE", "type": "TYPE", "oid": "ID"}),
    "groups": ("/groups", "groups", "", {"name": "NAME", "created": "CREATED_AT", "mail": "MAIL"}),
    "dashboards": (
        "/dashboards/admin",
        "dashboards",
        ", scope: ALL",
        {"title": "TITLE", "lastPublish": "PUBLISHED_AT"},
    ),
}

FIELDS = {
    "users": ["_id", "email", "roleId", "groups", "lastLogin", "nothing"],
    "groups": ["_id", "name", "mail", "ad"],
    "widgets": ["oid", "title", "metadata", "dashboardid", "shares"],
    "dashboards": ["oid", "title", "owner", "shares", "layout", "datasource"],
}
EXPANSIONS = {
    "users": ["groups", "groups(fields:name)", "role", "groups.users(fields:email)"],
    "groups": ["users(fields:email,groups)", "role"],
    "widgets": ["owner", "dashboardid(fields:title)"],
    "dashboards": ["widgets", "widgets(fields:title,metadata)", "owner(fields:email)", "shares.user"],
}


@settings(max_examples=60)
@given(data=st.data(), noun=st.sampled_from(sorted(LISTS)), down=st.booleans(), skip=st.integers(0, 70))
def test_the_rows_are_those_from_skip_to_limit_in_the_order_of_sort(
    company: Company, data: st.DataObject, noun: str, down: bool, skip: int
) -> None:
    path, root, more, keys = LISTS[noun]
    key = data.draw(st.sampled_from(sorted(keys)))
    limit = data.draw(st.none() | st.integers(1, 60))
    chosen = data.draw(st.lists(st.sampled_from(FIELDS[noun][1:]), max_size=3, unique=True))
    expanded = data.draw(st.lists(st.sampled_from(EXPANSIONS[noun]), max_size=2, unique=True))
    fields = ",".join([FIELDS[noun][0], *chosen])
    line = f"GET /api/v1{path.format(oid=company.oid)}?fields={fields}&expand={','.join(expanded)}"
    line += f"&sort={'-' if down else ''}{key}&skip={skip}"

    answer = company.answer(line if limit is None else f"{line}&limit={limit}")

    within = company.oid if noun == "widgets" else None
    whole = company.everything(root, f"{keys[key]}_{'DESC' if down else 'ASC'}", more, within)
    assert "errors" not in answer
    assert len(whole) > 5
    assert (
        rows(answer, *([] if within is None else ["dashboard"]), root)
        == whole[skip : None if limit is None else skip + limit]
    )


def test_rows_to_skip_are_stepped_over_without_being_read(company: Company) -> None:
    answer = company.answer(f"GET /api/v1/dashboards/{company.oid}/widgets?fields=oid&sort=-title&skip=2&limit=3")

    stepped, read = company.asked
    assert stepped["first"] == 2
    assert "edges" not in stepped["query"]
    assert "first: 3" in read["query"]
    assert (
        rows(answer, "dashboard", "widgets") == company.everything("widgets", "TITLE_DESC", dashboard=company.oid)[2:5]
    )


def test_a_list_of_several_pages_comes_whole(company: Company) -> None:
    answer = company.answer("GET /api/v1/projects/3675b69e-8324-4110-bdca-059031aa8da3/charts", everything=True)

    asked = len(company.asked)
    whole = company.everything("widgets", "TITLE_ASC", ", scope: ALL")
    assert len(whole) > 100
    assert rows(answer, "widgets") == whole
    assert asked == len(whole) // 100 + 1
    assert answer["data"]["widgets"]["pageInfo"]["hasNextPage"] is False


def test_a_list_beyond_a_page_is_walked_and_goes_on_where_it_ends(company: Company) -> None:
    path = "GET /api/v1/dashboards/admin?fields=oid&sort=title"
    whole = company.everything("dashboards", "TITLE_ASC", ", scope: ALL")

    beyond = company.answer(f"{path}&skip=500&limit=5")
    assert rows(beyond, "dashboards") == []
    assert [one["first"] for one in company.asked] == [100, 5][: len(company.asked)]

    some = company.answer(f"{path}&skip=3&limit=4")
    cursor = some["data"]["dashboards"]["pageInfo"]["endCursor"]
    more = company.graph(translate(f"{path}&limit=4", [NATIVE]).operation, after=cursor)
    assert rows(some, "dashboards") == whole[3:7]
    assert rows({"data": more}, "dashboards") == whole[7:11]


def test_lists_within_that_have_more_are_counted(company: Company) -> None:
    line = "GET /api/v1/org/groups?includeMembers=1&pageSize=3"
    answer = company.answer(line)
    groups = [edge["node"] for edge in answer["data"]["groups"]["edges"]]

    assert len(groups) == 3
    assert cut(answer, translate(line, [NATIVE]).walk) == sum(one["users"]["pageInfo"]["hasNextPage"] for one in groups)
    assert cut(answer, None) == 3 + 1


def test_an_error_is_the_answer(company: Company) -> None:
    answer = company.answer("GET /api/v1/users/nobody?fields=email")

    assert answer["data"] == {"user": None}
    assert company.answer("GET /api/v1/dashboards/nobody/widgets?skip=3")["data"] == {"dashboard": None}


# The command


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return await Stores("sqlite", tmp_path, None).fresh("demo")


@pytest.fixture(autouse=True)
def _own_logs() -> Iterator[None]:
    yield
    logs.configure("json")  # the streams of the commands that ran here are closed


def run(*arguments: str, code: int = 0, database: str = "dashgraph.sqlite3", given: str | None = None) -> Result:
    environment = {"DASHGRAPH_DATABASE_URL": database, "COLUMNS": "80"}
    result = CliRunner().invoke(app, ["translate", *arguments], env=environment, input=given)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def test_translate_prints_the_operation_and_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = translate("GET /api/v1/users?fields=email&limit=2", [NATIVE]).text

    assert run("GET /api/v1/users?fields=email&limit=2").stdout == expected
    assert run("GET", "/api/v1/users?fields=email&limit=2").stdout == expected
    assert run("curl", "-X", "GET", "-H", "Authorization: x", "/api/v1/users?fields=email&limit=2").stdout == expected
    assert run("-", given="GET /api/v1/users?fields=email&limit=2").stdout == expected
    assert list(tmp_path.iterdir()) == []


def test_run_prints_the_answer_as_who_asks(database: str) -> None:
    line = "GET /api/v1/users?fields=email&sort=email&skip=1&limit=2"
    found = run(line, "--run", "--as", ADMIN, database=database)

    emails = [edge["node"]["email"] for edge in json.loads(found.stdout)["data"]["users"]["edges"]]
    assert emails == ["agnieszka.wrobel@tallgrass.example", "amara.osei@tallgrass.example"]


def test_run_changes_what_the_request_would_have_changed(database: str, tmp_path: Path) -> None:
    def ran(*arguments: str) -> Any:
        return json.loads(run(*arguments, "--run", "--as", ADMIN, database=database).stdout)["data"]

    (tmp_path / "group.json").write_text('{"name": "Newcomers"}')

    made = ran("POST /api/v1/groups", "--body", "@group.json")
    changed = ran("POST /api/v1/groups", "--variables", '{"name": "Others"}')

    assert made["createGroup"]["group"]["name"] == "Newcomers"
    assert changed["createGroup"]["errors"] == []
    names = [edge["node"]["name"] for edge in ran("GET /api/v1/groups?fields=name")["groups"]["edges"]]
    assert {"Newcomers", "Others"} <= set(names)


def test_what_cannot_be_run_is_one_line(database: str) -> None:
    def refused(*arguments: str) -> str:
        [line] = run(*arguments, "--as", ADMIN, code=1, database=database).stderr.splitlines()
        return line.removeprefix("error ")

    missing = "The request does not say everything; give with --variables: name (String!)."
    assert refused("POST /api/v1/groups", "--run") == missing
    assert refused("POST /api/v1/groups", "--run", "--variables", "[]") == "--variables takes a JSON object."
    assert refused("POST /api/v1/groups", "--body", "@no.json") == "no.json cannot be read: No such file or directory."
    assert refused("GET /api/v1/users", "--source", "mars") == (
        "There is no source named 'mars'; the configured ones are: local."
    )
