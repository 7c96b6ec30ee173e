"""Where Sisense answers what, one function for each endpoint. What comes back is JSON, to be tamed.

Routes that the vendor's reference (REST API v1.0) does not have say so; README tells how they are known.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from dashgraph.domain.problems import NotFound, Problem, SourceFailed
from dashgraph.domain.secrets import Secret
from dashgraph.sources.rest.addresses import Params, path
from dashgraph.sources.rest.answers import Answer, Raw
from dashgraph.sources.rest.auth import Post
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.paging import Offset, Whole

T = TypeVar("T")

DASHBOARDS = "/api/v1/dashboards"
PER_SEARCH = 50  # items of a page of the search
PER_PAGE = 200  # dashboards with their widgets in a page
AT_ONCE = 100  # ids in one address
WIDTH, HEIGHT = 1600, 900  # pixels of pictures
PDF, PNG = b"%PDF", b"\x89PNG"


async def log_in(post: Post, name: str, password: Secret) -> Secret:
    """A token for a name and a password, which travel as a form."""
    form = [("username", name), ("password", password.text)]
    answer = await post("/api/v1/authentication/login", form=form)
    return Secret(answer.raw().text("access_token"))


class Sisense:
    """One server, as one account. `entitled` asks with the rights of an administrator where that is needed."""

    def __init__(self, rest: Rest, *, entitled: bool, sees_all: bool, documented_only: bool = False) -> None:
        self.rest = rest
        self.entitled = entitled
        self.sees_all = sees_all  # whether all dashboards of the server are listed to it
        self.documented_only = documented_only
        self._takes_flag = not documented_only  # whether this server knows `adminAccess`
        self._me: str | None = None

    # the server

    async def status(self) -> Raw:
        return (await self.rest.get("/api/v1/application/status")).raw()

    async def me(self) -> Raw:
        """The account of the token. Undocumented."""
        return (await self.rest.get("/api/users/loggedin")).raw()

    async def my_id(self) -> str | None:
        """The id of the account, which never changes. None where undocumented routes are not to be used."""
        if self._me is None and not self.documented_only:
            self._me = (await self.me()).id("_id")
        return self._me

    # people

    async def users(
        self, fields: str, *, ids: Sequence[str] | None = None, group: str | None = None, most: int | None = None
    ) -> list[Raw]:
        params: list[tuple[str, str | int]] = [("fields", fields)]
        if "role" in fields.split(","):
            params.append(("expand", "role"))
        if group is not None:
            params.append(("groupId", group))
        if most is not None:
            params.append(("limit", most))
        return await self._by_ids("/api/v1/users", params, ids)

    async def groups(self, fields: str, *, ids: Sequence[str] | None = None) -> list[Raw]:
        return await self._by_ids("/api/v1/groups", [("fields", fields), ("expand", "role")], ids)

    async def roles(self) -> list[Raw]:
        """Undocumented."""
        return (await self.rest.get("/api/roles")).raw().each()

    async def add_user(self, user: Mapping[str, Any]) -> Answer:
        return await self.rest.send("POST", "/api/v1/users", json=user)

    async def add_users(self, users: Sequence[Mapping[str, Any]]) -> Answer:
        return await self.rest.send("POST", "/api/v1/users/bulk", json=users)

    async def update_user(self, user: str, wish: Mapping[str, Any]) -> Answer:
        return await self.rest.send("PATCH", path("/api/v1/users/{}", user), json=wish, repeatable=True)

    async def delete_user(self, user: str) -> None:
        """With all dashboards that the user owns."""
        await self.rest.send("DELETE", path("/api/v1/users/{}", user))

    async def add_group(self, group: Mapping[str, Any]) -> Answer:
        return await self.rest.send("POST", "/api/v1/groups", json=group)

    async def delete_group(self, group: str) -> None:
        await self.rest.send("DELETE", path("/api/v1/groups/{}", group))

    # dashboards

    async def all_dashboards(self, fields: str) -> list[Raw]:
        """The owners' instances of all dashboards on the server, in one answer."""
        params = [("dashboardType", "owner"), ("fields", fields)]
        return self._raws(await self.rest.each_page(Whole(), f"{DASHBOARDS}/admin", params), "dashboards")

    async def all_with_widgets(self, fields: str) -> list[Raw]:
        """The same with `widgets` among the fields, page by page: there is much in each."""
        params = [("dashboardType", "owner"), ("fields", fields), ("expand", "widgets"), ("sort", "oid")]
        pages = Offset(PER_PAGE, "", offset="skip")
        found = await self.rest.each_page(pages, f"{DASHBOARDS}/admin", params, key=_oid)
        return self._raws(found, "dashboards")

    async def found_dashboards(self) -> list[Raw]:
        """All that the account reaches. Pages overlap and hold folders, which have no oid. Undocumented."""
        skip = 0

        async def page(_of_page: Params) -> Answer:
            nonlocal skip
            query = {"ownershipType": "allRoot", "search": "", "ownerInfo": False, "asObject": True}
            options = {"sort": {"title": 1}, "limit": PER_SEARCH, "skip": skip}
            wish = {"queryParams": query, "queryOptions": options}
            answer = await self.rest.send("POST", f"{DASHBOARDS}/searches", json=wish, repeatable=True)
            skip += min(PER_SEARCH, len(answer.raw().list("items")))  # what overlaps is on top of the page
            return answer

        pages = Offset(PER_SEARCH, "items", offset="skip")
        found = await self.rest.each_page(pages, f"{DASHBOARDS}/searches", key=_key, ask=page)
        return self._raws([one for one in found if _oid(one) is not None], "items")

    async def own_dashboards(self, fields: str) -> list[Raw]:
        """What the account owns, and its instances of what it was given."""
        found = await self.rest.each_page(Whole(), DASHBOARDS, [("fields", fields)])
        return self._raws(found, "dashboards")

    async def dashboard_of_owner(self, oid: str, fields: str = "") -> Raw | None:
        """The owner's instance of one dashboard, without fields all of it with its widgets; for administrators."""
        wanted = [("fields", fields)] if fields else [("expand", "widgets")]
        params = [("dashboardType", "owner"), ("id", oid), *wanted]
        found = await self._or_none(self.rest.get(f"{DASHBOARDS}/admin", params))
        if found is None:
            return None
        return next((one for one in found.raw().each() if one.get("oid") == oid), None)

    async def dashboard(self, oid: str, fields: str = "") -> Raw | None:
        """The account's instance of one dashboard."""
        wanted = [("fields", fields)] if fields else []
        found = await self._or_none(self.rest.get(path(DASHBOARDS + "/{}", oid), wanted))
        return None if found is None else found.raw()

    async def exported(self, oids: Sequence[str]) -> list[Raw]:
        """The documents of dashboards with their widgets, as many as fit in an address at once."""
        ids: Params = [("dashboardIds", oid) for oid in oids]
        answer = await self._governed(lambda flag: self.rest.get(f"{DASHBOARDS}/export", [*ids, *flag]))
        return answer.raw().each()

    async def pdf(self, oid: str) -> bytes:
        params: Params = [("paperFormat", "A4"), ("paperOrientation", "landscape"), ("layout", "asis")]
        shown: Params = [("includeTitle", True), ("includeFilters", True), ("includeDs", False)]
        return await self._file(path(DASHBOARDS + "/{}/export/pdf", oid), [*params, *shown], PDF)

    async def png(self, oid: str) -> bytes:
        params: Params = [("includeTitle", True), ("includeFilters", True), ("includeDs", False), ("width", WIDTH)]
        return await self._file(path(DASHBOARDS + "/{}/export/png", oid), params, PNG)

    async def png_of_widget(self, oid: str, widget: str) -> bytes:
        params: Params = [("width", WIDTH), ("height", HEIGHT)]
        return await self._file(path(DASHBOARDS + "/{}/widgets/{}/export/png", oid, widget), params, PNG)

    async def add_dashboard(self, document: Mapping[str, Any]) -> Answer:
        return await self.rest.send("POST", DASHBOARDS, json=document)

    async def update_dashboard(self, oid: str, wish: Mapping[str, Any]) -> None:
        await self.rest.send("PATCH", path(DASHBOARDS + "/{}", oid), json=wish, repeatable=True)

    async def delete_dashboard(self, oid: str) -> None:
        await self.rest.send("DELETE", path(DASHBOARDS + "/{}", oid))

    async def publish(self, oid: str) -> None:
        """What recipients have changed in their copies is overwritten."""
        where = path(DASHBOARDS + "/{}/publish", oid)
        forced = [] if self.documented_only else [("force", True)]
        await self._governed(lambda flag: self.rest.send("POST", where, params=[*forced, *flag], repeatable=True))

    async def restore(self, oid: str) -> None:
        await self.rest.send("POST", path(DASHBOARDS + "/{}/restore", oid), repeatable=True)

    async def import_dashboards(
        self, documents: Sequence[Any], *, action: str, republish: bool, folder: str | None
    ) -> Raw:
        params: list[tuple[str, str | int | bool]] = [("action", action), ("republish", republish)]
        if folder is not None:
            params.append(("importFolder", folder))
        return (await self.rest.send("POST", f"{DASHBOARDS}/import/bulk", json=documents, params=params)).raw()

    async def undo_import(self, oid: str) -> None:
        await self.rest.send("POST", path(DASHBOARDS + "/{}/undo_import", oid))

    async def change_owner(self, oid: str, owner: str, rule: str) -> None:
        wish = {"ownerId": owner, "originalOwnerRule": rule}
        tail = "/admin/change_owner" if self.entitled else "/change_owner"
        await self.rest.send("POST", path(DASHBOARDS + "/{}", oid) + tail, json=wish)

    async def replace_datasource(self, server: str, title: str, new: Mapping[str, Any], oid: str | None) -> None:
        """In one dashboard, or in all of the server."""
        where = path(DASHBOARDS + "/{}/{}/replace_datasource", server, title)
        params = [] if oid is None else [("dashboardId", oid)]
        await self.rest.send("POST", where, json=new, params=params, repeatable=True)

    async def report(self, wish: Mapping[str, Any]) -> None:
        await self.rest.send("POST", "/api/v1/reporting", json=wish)

    # what belongs to a dashboard

    async def widgets(self, oid: str) -> list[Raw]:
        where = path(DASHBOARDS + "/{}/widgets", oid)
        found = await self._or_none(self._governed(lambda flag: self.rest.get(where, flag)))
        return [] if found is None else found.raw().each()

    async def add_widget(self, oid: str, widget: Mapping[str, Any]) -> Answer:
        return await self.rest.send("POST", path(DASHBOARDS + "/{}/widgets", oid), json=widget)

    async def update_widget(self, oid: str, widget: str, wish: Mapping[str, Any]) -> None:
        where = path(DASHBOARDS + "/{}/widgets/{}", oid, widget)
        await self.rest.send("PATCH", where, json=wish, repeatable=True)

    async def delete_widget(self, oid: str, widget: str) -> None:
        await self.rest.send("DELETE", path(DASHBOARDS + "/{}/widgets/{}", oid, widget))

    async def shares(self, oid: str) -> list[Raw] | None:
        """The owner stands among them, without a rule."""
        where = path(DASHBOARDS + "/{}/shares", oid)
        found = await self._or_none(self._governed(lambda flag: self.rest.get(where, flag)))
        return None if found is None else found.raw().each()

    async def replace_shares(self, oid: str, shares: Sequence[Mapping[str, Any]]) -> None:
        """From then on these are all. The route that administrators may use is undocumented."""
        if self.documented_only:
            await self.update_dashboard(oid, {"shares": shares})
            return
        where = path("/api/shares/dashboard/{}", oid)
        wish = {"sharesTo": shares}
        await self._governed(lambda flag: self.rest.send("POST", where, json=wish, params=flag, repeatable=True))

    # folders and alerts

    async def folders(self) -> list[Raw]:
        """Those that the account sees."""
        return (await self.rest.get("/api/v1/folders")).raw().each()

    async def add_folder(self, wish: Mapping[str, Any]) -> Raw:
        return (await self.rest.send("POST", "/api/v1/folders", json=wish)).raw()

    async def update_folder(self, oid: str, wish: Mapping[str, Any]) -> None:
        await self.rest.send("PATCH", path("/api/v1/folders/{}", oid), json=wish, repeatable=True)

    async def delete_folder(self, oid: str) -> None:
        """With all that is in it."""
        await self.rest.send("DELETE", path("/api/v1/folders/{}", oid))

    async def alerts(self) -> list[Raw]:
        """The account's own; nobody sees others."""
        return (await self.rest.get("/api/v1/alerts")).raw().each()

    async def add_alert(self, wish: Mapping[str, Any]) -> Raw:
        return (await self.rest.send("POST", "/api/v1/alerts", json=wish)).raw()

    async def update_alert(self, alert: str, wish: Mapping[str, Any]) -> None:
        await self.rest.send("PATCH", path("/api/v1/alerts/{}", alert), json=wish, repeatable=True)

    async def delete_alert(self, alert: str) -> None:
        await self.rest.send("DELETE", path("/api/v1/alerts/{}", alert))

    # how all of them ask

    async def _file(self, where: str, params: Params, begins: bytes) -> bytes:
        """A file, which says by its first bytes what it is."""
        content = await self._governed(lambda flag: self.rest.file(where, [*params, *flag]))
        if not content.startswith(begins):
            message = f"{self.rest.source} answered something else than the file that it was asked for."
            raise SourceFailed(message, source=self.rest.source)
        return content

    async def _by_ids(self, where: str, params: Params, ids: Sequence[str] | None) -> list[Raw]:
        """A list, or those of it with these ids."""
        if ids is None:
            return self._raws(await self.rest.each_page(Whole(), where, params), where.rpartition("/")[2])
        found: list[Raw] = []
        for start in range(0, len(ids), AT_ONCE):
            some = ",".join(ids[start : start + AT_ONCE])
            found += (await self.rest.get(where, [*params, ("ids", some)])).raw().each()
        return found

    async def _governed(self, ask: Callable[[Params], Awaitable[T]]) -> T:
        """With `adminAccess`, which is undocumented, where that is taken; some servers refuse or do not know it."""
        if not (self.entitled and self._takes_flag):
            return await ask([])
        try:
            return await ask([("adminAccess", True)])
        except Problem as problem:
            if not _refuses_flag(problem):
                raise
            answer = await ask([])
            self._takes_flag = False
            return answer

    async def _or_none(self, asked: Awaitable[Answer]) -> Answer | None:
        """None for an id that leads nowhere: Sisense answers 404, and 422 for what does not look like one."""
        try:
            return await asked
        except NotFound:
            return None

    def _raws(self, items: Collection[Any], where: str) -> list[Raw]:
        return Raw(list(items), self.rest.source, where).each()


def _oid(item: Any) -> Any:
    return item.get("oid") if isinstance(item, dict) else None


def _key(item: Any) -> Any:
    """What tells the items of a search apart: instances of dashboards by their `_id`, folders by their names."""
    return (item.get("_id") or item.get("oid") or item.get("title")) if isinstance(item, dict) else None


def _refuses_flag(problem: Problem) -> bool:
    upstream = problem.facts.get("upstream")
    return isinstance(upstream, dict) and upstream.get("status") in {403, 422}
