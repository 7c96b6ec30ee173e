"""GraphiQL as a person meets it: a real browser on the page of a real server."""

import asyncio
import hashlib
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright, expect

from company import Company
from conftest import NOW
from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.store.demo import ADMIN_EMAIL, load_demo
from serving import Service, served, serving
from workshop import Workshop, job_id

SOURCES = Path(__file__).parents[2] / "src/graphiql"
BUILT = Path(__file__).parents[2] / "src/dashgraph/app/graphiql/BUILD.json"
EXAMPLES = [path.read_text() for path in sorted((SOURCES / "src/examples").glob("*.graphql"))]
PASSWORD = "correct horse battery"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TEXT = "(end) => __MONACO.editor.getModels().find(model => model.uri.path.endsWith(end))?.getValue() ?? ''"
# Waits within the page: Playwright's own way of waiting for a condition evaluates text, which the policy forbids.
UNTIL = f"""([end, wanted]) => new Promise(done => {{
    const look = () => new RegExp(wanted).test(({TEXT})(end)) ? done() : requestAnimationFrame(look)
    look()
}})"""
RESPONSE, OPERATION = "response.json", "operation.graphql"
# GraphiQL runs a tab under the name of the tab before it for half a second, until it has written down what is in it.
SETTLED = """name => new Promise(done => {
    const look = () => {
        const { tabs, activeTabIndex } = JSON.parse(localStorage['dashgraph:graphiql:tabState'])
        const { operationName, variables } = tabs[activeTabIndex]
        operationName === name && variables !== null ? done() : requestAnimationFrame(look)
    }
    look()
})"""
NAMED = SETTLED.replace(" && variables !== null", "")  # where nothing was open before

browser_only = pytest.mark.browser


def executable(playwright: Playwright) -> str:
    """The Chromium to drive. Without one the test is left out, but never where CI is set."""
    names = (os.environ.get("DASHGRAPH_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, filter(None, names)) if path), playwright.chromium.executable_path)
    if not Path(found).exists():
        message = (
            "no Chromium: put one on PATH, name it in DASHGRAPH_TEST_CHROMIUM, or run: playwright install chromium"
        )
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return found


@pytest.fixture(scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as found:
        yield found


@dataclass
class Visit:
    """A page in a fresh browser, and everything in it that should not have happened."""

    page: Page
    amiss: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext, host: str) -> None:
        def requested(address: str) -> None:
            if urlsplit(address).netloc not in {host, ""}:
                self.amiss.append(f"asked {address}")

        def said(kind: str, text: str) -> None:
            if kind in {"error", "warning"}:
                self.amiss.append(f"{kind}: {text}")

        context.on("request", lambda request: requested(request.url))
        context.on("console", lambda message: said(message.type, message.text))
        context.on("weberror", lambda error: self.amiss.append(str(error.error)))

    async def ready(self) -> None:
        await expect(self.page.locator(".graphiql-query-editor .view-lines")).to_be_visible(timeout=30_000)

    async def signed_in_as(self, name: str) -> None:
        await expect(self.page.get_by_test_id("signed-in-as")).to_have_text(f"Signed in as {name}")

    async def open_tab(self, name: str) -> None:
        """Open the tab of this operation, and wait until GraphiQL would run it."""
        await self.page.locator(".graphiql-tab-button", has_text=name).click()
        active = self.page.locator(".graphiql-tab-active", has_text=name)
        await expect(active).to_be_visible()
        await self.page.evaluate(UNTIL, [OPERATION, f"query {name} "])
        await self.page.evaluate(SETTLED, name)
        await expect(self.page.locator(".graphiql-execute-button")).to_be_enabled()

    async def run(self, name: str) -> dict[str, object]:
        """Run the operation of the open tab, and its whole answer."""
        asked = self.page.expect_request(
            lambda request: json.loads(request.post_data or "{}").get("operationName") == name, timeout=10_000
        )
        async with asked:
            await self.page.locator(".graphiql-execute-button").click()
        await self.page.evaluate(UNTIL, [RESPONSE, r"\}\s*$"])
        return json.loads(await self.page.evaluate(TEXT, RESPONSE))

    async def follow(self, job: str) -> None:
        """Paste a subscription into the editor, and run it."""
        name = f"Follow{job.capitalize()}"
        text = f'subscription {name} {{ jobUpdated(id: "{job_id(job)}") {{ status progress {{ done }} }} }}'
        await self.page.locator(".graphiql-query-editor .view-lines").click()
        await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.insert_text(text)
        await self.page.evaluate(NAMED, name)
        await self.page.locator(".graphiql-execute-button").click()


@pytest.fixture
async def visit(playwright: Playwright, tmp_path: Path) -> AsyncIterator[Visit]:
    context = await playwright.chromium.launch_persistent_context(
        tmp_path / "browser",
        executable_path=executable(playwright),
        args=ARGUMENTS,
        headless=True,
        viewport={"width": 1280, "height": 800},
        color_scheme="light",
        locale="en-GB",
    )
    try:
        yield Visit(context.pages[0])
    finally:
        await context.close()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    address = str(tmp_path / "demo.sqlite3")
    async with opened(Settings(database_url=address)) as world:
        await load_demo(world.database, NOW)
    async with served(address) as found:
        yield found


@browser_only
async def test_the_link_of_the_demo_opens_a_page_that_answers(visit: Visit, tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo", last="--json") as server:
        visit.watch(visit.page.context, urlsplit(server.address).netloc)
        await visit.page.goto(server.link)
        await visit.ready()
        await visit.signed_in_as("Nora Whitfield")
        assert visit.page.url == f"{server.address}/graphiql"
        assert server.token not in await visit.page.content()

        answer = await visit.run("PageOfDashboards")

        owners = [edge["node"]["owner"]["displayName"] for edge in answer["data"]["dashboards"]["edges"]]
        assert len(owners) == 10
        await expect(visit.page.locator(".result-window")).to_contain_text(owners[0])
        assert "errors" not in answer
        await visit.page.reload()
        await visit.ready()
        await visit.signed_in_as("Nora Whitfield")
        assert visit.amiss == []
    assert server.token not in server.err


@browser_only
async def test_all_examples_run_and_show_something(visit: Visit, service: Service) -> None:
    visit.watch(visit.page.context, urlsplit(service.client.address).netloc)
    await visit.page.goto(f"{service.client.address}/graphiql#token={await service.token()}")
    await visit.ready()
    await visit.signed_in_as("Nora Whitfield")
    names = [re.search(r"query (\w+)", text)[1] for text in EXAMPLES]

    assert await visit.page.locator(".graphiql-tab-button").all_inner_texts() == names
    for name in names:
        await visit.open_tab(name)
        answer = await visit.run(name)
        assert list(answer) == ["data"], answer
    assert visit.amiss == []


@browser_only
async def test_the_documentation_leads_from_the_query_to_its_types(visit: Visit, service: Service) -> None:
    visit.watch(visit.page.context, urlsplit(service.client.address).netloc)
    await visit.page.goto(f"{service.client.address}/graphiql#token={await service.token()}")
    await visit.ready()
    await visit.signed_in_as("Nora Whitfield")
    title = visit.page.locator(".graphiql-doc-explorer-title")
    content = visit.page.locator(".graphiql-doc-explorer-content")

    await visit.page.get_by_label("Show Documentation Explorer").click()
    await content.get_by_role("link", name="Query", exact=True).click()
    await expect(title).to_have_text("Query")
    await expect(content).to_contain_text("Dashboards that you may see.")
    await content.get_by_role("link", name="Dashboard", exact=True).first.click()
    await expect(title).to_have_text("Dashboard")
    await expect(content.get_by_role("link", name="shares", exact=True)).to_be_visible()

    assert visit.amiss == []


@browser_only
async def test_a_person_signs_in_by_password_and_out_again(visit: Visit, service: Service) -> None:
    page = visit.page
    identity = service.world.identity
    await identity.add_user(
        "ada@x.example", role="viewer", password=PASSWORD, user_name="ada", first_name="Ada", last_name="Byron"
    )
    await page.goto(f"{service.client.address}/graphiql")
    await visit.ready()
    await expect(page.get_by_test_id("session-state")).to_have_attribute("data-status", "signed-out")

    await page.get_by_test_id("sign-in").click()
    await page.get_by_test_id("sign-in-username").fill("ada")
    await page.get_by_test_id("sign-in-password").fill("not this one")
    await page.get_by_test_id("sign-in-submit").click()
    await expect(page.get_by_test_id("sign-in-problem")).to_have_text("The user name or the password is wrong.")
    visit.watch(page.context, urlsplit(service.client.address).netloc)  # the browser itself notes the 401 before
    await page.get_by_test_id("sign-in-password").fill(PASSWORD)
    await page.get_by_test_id("sign-in-submit").click()
    await visit.signed_in_as("Ada Byron")
    await visit.open_tab("WhoAmI")
    answer = await visit.run("WhoAmI")
    assert answer["data"]["viewer"]["user"]["email"] == "ada@x.example"
    token = await page.evaluate("() => sessionStorage.getItem('dashgraph.token')")

    async with page.expect_response("**/logout"):
        await page.get_by_test_id("sign-out").click()
    await expect(page.get_by_test_id("session-state")).to_have_attribute("data-status", "signed-out")
    assert "ada@x.example" not in await page.evaluate(TEXT, RESPONSE)
    kept = await page.evaluate("() => JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert token not in kept
    assert PASSWORD not in kept
    assert (await service.client.holding(token).ask("{ __typename }")).status == 401
    assert visit.amiss == []


@browser_only
async def test_a_pasted_token_signs_in_and_a_wrong_one_says_so(visit: Visit, service: Service) -> None:
    page = visit.page
    token = await service.token(ADMIN_EMAIL)
    await page.goto(f"{service.client.address}/graphiql")
    await visit.ready()

    await page.get_by_test_id("token-field").fill("dg_wrong")
    await page.get_by_test_id("token-use").click()
    await expect(page.get_by_test_id("token-problem")).to_have_text("This token is not accepted.")
    await page.get_by_test_id("token-field").fill(token)
    await page.get_by_test_id("token-use").click()
    await visit.signed_in_as("Nora Whitfield")
    async with page.expect_response("**/logout"):
        await page.get_by_test_id("sign-out").click()

    assert (await service.client.holding(token).ask("{ __typename }")).status == 200


@browser_only
async def test_a_subscription_shows_each_change_until_its_person_signs_out(visit: Visit, service: Service) -> None:
    page, workshop = visit.page, Workshop(service.world.database)
    visit.watch(page.context, urlsplit(service.client.address).netloc)
    await Company(service.world.database).user("asker")
    for name in ("export", "other"):
        await workshop.job(name, asked_by="asker", kind="export")
    await page.goto(f"{service.client.address}/graphiql#token={await service.token('asker@x.example')}")
    await visit.ready()
    await visit.signed_in_as("asker")

    await visit.follow("export")
    await page.evaluate(UNTIL, [RESPONSE, '"QUEUED"'])
    await workshop.change("export", status="running", done=1)
    await page.evaluate(UNTIL, [RESPONSE, '"RUNNING"[^]*"done": 1'])
    await workshop.change("export", status="succeeded")
    await page.evaluate(UNTIL, [RESPONSE, '"SUCCEEDED"'])
    await expect(page.get_by_label("Execute query (Ctrl-Enter)")).to_be_visible()

    await visit.follow("other")
    await page.evaluate(UNTIL, [RESPONSE, '"QUEUED"'])
    assert not service.world.watching.is_idle
    await page.get_by_test_id("sign-out").click()
    await expect(page.get_by_test_id("session-state")).to_have_attribute("data-status", "signed-out")
    await expect(page.get_by_label("Execute query (Ctrl-Enter)")).to_be_visible()
    async with asyncio.timeout(10):
        while not service.world.watching.is_idle:
            assert (await service.client.send("GET", "/healthz")).status == 200
    assert await page.evaluate(TEXT, RESPONSE) == ""
    assert visit.amiss == []


def test_the_page_was_built_from_these_sources() -> None:
    top = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"]
    below = [path.relative_to(SOURCES).as_posix() for path in (SOURCES / "src").rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for name in sorted(top + below):
        digest.update(name.encode() + b"\0" + (SOURCES / name).read_bytes() + b"\0")

    assert json.loads(BUILT.read_text()) == {"sources": digest.hexdigest()}, "npm run build, in src/graphiql"
