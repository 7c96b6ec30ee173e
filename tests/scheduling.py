"""What the tests of schedules share: a small office, targets, and the ways to ask for a change."""

from typing import Any

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from test_shares import UNDO, snapshot

SHOWN = """schedule { id name owner { email } dashboard { title } widget { title } cron timezone described enabled
    disabledReason format subject body filters nextRunAt canChange revision nextRuns(first: 2) { at local offset }
    targets { id kind __typename ... on EmailTarget { recipients { user { email } group { name } address } }
        ... on SlackWebhookTarget { hasUrl } ... on WebhookTarget { url hasKey }
        ... on SftpTarget { host hasPassword hasPrivateKey } } } """
WARNED = SHOWN + "warnings { code message } "
JOB = "job { id status trigger schedule { name } dashboard { title } requestedBy { email } } "
SECRET = "s3cr3t-of-the-target"


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)


def u(name: str) -> str:
    return global_id(Kind.USER, name)


def to(*names: str, group: str | None = None, address: str | None = None) -> dict[str, Any]:
    """An e-mail target."""
    whom: list[dict[str, Any]] = [{"userId": u(name)} for name in names]
    whom += [{"groupId": global_id(Kind.GROUP, group)}] if group else []
    whom += [{"address": address}] if address else []
    return {"email": {"recipients": whom}}


WEBHOOK = {"webhook": {"url": "https://hooks.example.com/in", "key": SECRET}}
SFTP = {
    "sftp": {
        "host": "files.example.com",
        "user": "ann",
        "folder": ".",
        "hostKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH",
        "password": SECRET,
    }
}
NEW = {
    "dashboardId": d("plan"),
    "name": " Weekly ",
    "cron": "0 9 * * MON",
    "timezone": "Europe/Berlin",
    "format": "PDF",
    "targets": [to("reader")],
}


async def office(asking: Asking) -> Company:
    """`owner` has the dashboard, `reader` and `vic` see it; of `team` the `stranger` does not."""
    company = Company(asking.world.database)
    await company.user("admin", "admin")
    for name in ("owner", "reader", "stranger"):
        await company.user(name)
    await company.user("vic", "viewer")
    await company.user("off", status=UserStatus.INACTIVE)
    await company.group("team", "reader", "stranger")
    await company.group("void")
    await company.dashboard("plan", "owner", title="The plan", tiles=("a", "b"))
    for name in ("reader", "vic"):
        await company.share("plan", user=name)
    return company


async def do(asking: Asking, who: str, name: str, selection: str = SHOWN, /, **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:] + "Input"
    told = "errors { code message path } operation { id kind canBeUndone changes { noun before after } }"
    query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} {told} }} }}"
    answer = await asking.data(await asking.viewer(f"{who}@x.example"), query, input=given)
    found: dict[str, Any] = answer[name]
    return found


async def made(asking: Asking, who: str = "owner", **given: Any) -> dict[str, Any]:
    answer = await do(asking, who, "createSchedule", WARNED, **NEW | given)
    assert answer["errors"] == []
    return answer


async def refused(asking: Asking, who: str = "owner", name: str = "createSchedule", /, **given: Any) -> list[Any]:
    """The code, the path and the message of the one error; nothing is changed by it."""
    before = await snapshot(asking, without=frozenset())
    selection = "" if name == "deleteSchedule" else "schedule { id } " if name != "testSchedule" else "job { id } "
    [error] = (await do(asking, who, name, selection, **(NEW | given if name == "createSchedule" else given)))["errors"]
    assert await snapshot(asking, without=frozenset()) == before
    return [error["code"], error["path"], error["message"]]


async def undo(asking: Asking, who: str, operation: str) -> list[str]:
    answer = await asking.data(await asking.viewer(f"{who}@x.example"), UNDO, input={"operationId": operation})
    return [error["code"] for error in answer["undoOperation"]["errors"]]
