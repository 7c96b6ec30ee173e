"""Accounts of programs: they belong to no person, own nothing, cannot sign in, and the audit trail names them."""

from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput, Conflict, NotFound, Unauthenticated
from dashgraph.domain.viewers import SERVICES_OWN_NOTHING, TokenScope, Viewer

TITLES = "query($scope: Scope!) { dashboards(scope: $scope) { edges { node { nativeId } } } }"
TRAIL = """{ operations(scope: ALL) { edges { node { kind by { displayName email status origin } } } } }"""
IMPORT = """mutation {
  importDashboards(input: {source: "local", documents: [{json: {title: "x", widgets: []}}]}) { results { outcome } }
}"""
READ = ["dashboards:read", "users:read"]


async def service(empty: Asking, name: str, *, role: str | None = None, scopes: list[str] | None = None) -> Viewer:
    identity = empty.world.identity
    issued = await identity.create_service_token(name, role=role, name="nightly", scopes=scopes or READ)
    return await identity.viewer(issued.text)


async def titles(empty: Asking, viewer: Viewer, scope: str = "VISIBLE") -> list[str]:
    found = (await empty.data(viewer, TITLES, scope=scope))["dashboards"]["edges"]
    return sorted(edge["node"]["nativeId"] for edge in found)


async def done(empty: Asking, viewer: Viewer, field: str, **given: Any) -> list[str]:
    """The codes of the errors of a change; none when it was made."""
    kind = f"{field[0].upper()}{field[1:]}Input"
    text = f"mutation($i: {kind}!) {{ {field}(input: $i) {{ errors {{ code message }} }} }}"
    answer = await empty.answer(viewer, text, i=given)
    assert "errors" not in answer, answer
    return [f"{error['code']}: {error['message']}" for error in answer["data"][field]["errors"]]


@pytest.fixture
async def company(empty: Asking) -> Company:
    made = Company(empty.world.database)
    await made.user("root", role="admin")
    await made.user("owner")
    for name in ("shared", "hidden"):
        await made.dashboard(name, "owner")
    return made


async def test_it_sees_what_is_shared_with_it_and_an_administrator_among_them_everything(
    empty: Asking, company: Company
) -> None:
    reader = await service(empty, "exporter")
    admin = await service(empty, "auditor", role="admin", scopes=["dashboards:read", "admin:read"])
    narrow = await service(empty, "narrow", role="admin", scopes=["dashboards:read"])
    await company.share("shared", user=reader.user.native)

    assert (await titles(empty, reader), await titles(empty, admin)) == (["shared"], [])
    assert await titles(empty, admin, "ALL") == ["hidden", "shared"]
    for viewer in (reader, narrow):
        [error] = await empty.errors(viewer, TITLES, scope="ALL")
        assert error["extensions"]["code"] == "FORBIDDEN"
    assert (reader.is_service, reader.email, admin.email) == (True, None, None)  # nobody in other sources


async def test_it_owns_nothing(empty: Asking, company: Company) -> None:
    admin = await service(empty, "builder", role="admin", scopes=list(TokenScope))
    root, mine = await empty.viewer("root@x.example"), admin.user.encode()
    shared = global_id(Kind.DASHBOARD, "shared")

    schedule = {"dashboardId": shared, "name": "x", "cron": "0 6 * * *", "timezone": "UTC", "format": "PDF"}
    refused = [
        *await done(empty, admin, "createDashboard", source="local", title="x"),
        *await done(empty, admin, "createFolder", source="local", name="x"),
        *await done(empty, admin, "duplicateDashboard", dashboardId=shared),
        *await done(empty, admin, "createSchedule", **schedule, targets=[]),
    ]
    given = await done(empty, root, "changeDashboardOwner", dashboardId=shared, ownerId=mine, asAdmin=True)

    imported = await empty.errors(admin, IMPORT)

    assert [error["message"] for error in imported] == [SERVICES_OWN_NOTHING]
    assert refused == [f"FORBIDDEN: {SERVICES_OWN_NOTHING}"] * 4
    assert given == ["BAD_USER_INPUT: builder is a service account, and they own nothing; choose a person."]
    assert await titles(empty, root, "ALL") == ["hidden", "shared"]
    renamed = await done(empty, admin, "updateDashboard", dashboardId=shared, title="by a program")
    assert renamed == []  # what its role allows, it does


async def test_nobody_signs_in_to_it(empty: Asking, company: Company) -> None:
    identity, root = empty.world.identity, await empty.viewer("root@x.example")
    viewer = await service(empty, "exporter", role="admin", scopes=["users:read"])
    mine = viewer.user.encode()

    assert await done(empty, root, "resetPassword", userId=mine) == [
        "INVALID_STATE: exporter is a service account, and nobody signs in to it; make it a token on the command line."
    ]
    for given in ({"email": "root2@x.example"}, {"userName": "person"}, {"firstName": "A"}):
        [refusal] = await done(empty, root, "updateUser", userId=mine, **given)
        assert refusal.startswith("INVALID_STATE: exporter is a service account: it has this name")
    for name in ("exporter", "exporter@service.invalid"):
        with pytest.raises(Unauthenticated):
            await identity.forwarded(name)
        with pytest.raises(Unauthenticated):
            await identity.login(name, "")
        with pytest.raises(NotFound):
            await identity.acting_as(name)
    # it does not count as the administrator that there must be, nor does a command act as it
    assert (await identity.acting_as(None)).user == root.user
    [refusal] = await done(empty, root, "changeUserRole", userId=root.user.encode(), role="viewer")
    assert refusal.startswith("FORBIDDEN: You cannot demote yourself")


async def test_the_trail_names_it(empty: Asking, company: Company) -> None:
    viewer = await service(empty, "renamer", role="designer", scopes=[*READ, "dashboards:write"])
    await company.share("shared", user=viewer.user.native, rule="edit")
    auditor = await service(empty, "auditor", role="admin", scopes=["dashboards:read", "users:read", "admin:read"])

    shared = global_id(Kind.DASHBOARD, "shared")
    assert await done(empty, viewer, "updateDashboard", dashboardId=shared, title="by a program") == []

    [edge] = (await empty.data(auditor, TRAIL))["operations"]["edges"]
    assert edge["node"] == {
        "kind": "updateDashboard",
        "by": {
            "displayName": "renamer",
            "email": "renamer@service.invalid",
            "status": "ACTIVE",
            "origin": "SERVICE",
        },
    }


async def test_one_account_has_many_tokens_each_of_which_ends(empty: Asking, company: Company) -> None:
    identity = empty.world.identity
    first = await identity.create_service_token("exporter", role="designer", name="a", scopes=["dashboards:read"])
    second = await identity.create_service_token("exporter", name="b", scopes=["dashboards:write"])

    viewers = [await identity.viewer(one.text) for one in (first, second)]
    await identity.revoke(first.id)

    assert viewers[0].user == viewers[1].user
    assert [(one.holder, one.name, one.revoked_at is None) for one in await identity.tokens()] == [
        ("service exporter", "b", True),
        ("service exporter", "a", False),
    ]
    with pytest.raises(Unauthenticated):
        await identity.viewer(first.text)
    assert await done(empty, await empty.viewer("root@x.example"), "deleteUser", userId=viewers[1].user.encode()) == []
    with pytest.raises(Unauthenticated):
        await identity.viewer(second.text)


async def test_what_cannot_be_is_refused(empty: Asking, company: Company) -> None:
    create = empty.world.identity.create_service_token

    for name in ("", "A", "a b", "a@b", "-a", "x" * 64):
        with pytest.raises(BadInput, match="is not the name of a service"):
            await create(name, name="x", scopes=["dashboards:read"])
    with pytest.raises(BadInput, match="Say what the service may be used for"):
        await create("a", name="x", scopes=[])
    with pytest.raises(BadInput, match="A viewer may not have the scope admin:read"):
        await create("a", name="x", scopes=["admin:read"])
    with pytest.raises(BadInput, match="There is no role 'boss'"):
        await create("a", role="boss", name="x", scopes=["dashboards:read"])
    await create("a", name="x", scopes=["dashboards:read"])
    with pytest.raises(Conflict, match="is there, as viewer"):
        await create("a", role="admin", name="x", scopes=["dashboards:read"])
