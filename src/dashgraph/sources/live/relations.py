"""What has to be looked up before a list can be filtered or sorted: names, and who hangs together with whom."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashgraph.domain.alerts import LAST_RUN_OF_ALERT, TARGETS_OF_ALERT
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Sort
from dashgraph.domain.schedules import LAST_RUN_OF_SCHEDULE, TARGETS_OF_SCHEDULE
from dashgraph.sources.live.lists import Lists
from dashgraph.sources.live.narrowing import related_to, source_fits

NAMED_BY = {"owner": "owner", "subject": "subject", "datasource": "datasource"}
"""The sort keys that are names of other things, and the attribute that holds their ids."""


async def names(lists: Lists, items: Sequence[Any], sort: Sort) -> Mapping[ResourceId, str]:
    """The names that the sort goes by, of what the items refer to; empty for sorts that need none."""
    attribute = NAMED_BY.get(sort.key)
    if attribute is None:
        return {}
    ids = {one for item in items if (one := getattr(item, attribute)) is not None}
    found: dict[ResourceId, str] = {}
    for kind in {one.kind for one in ids}:
        natives = [one.native for one in ids if one.kind is kind]
        if kind is Kind.USER:
            found |= {user.id: user.name for user in (await lists.users_by_ids(natives)).values()}
        elif kind is Kind.GROUP:
            found |= {group.id: group.name for group in (await lists.groups_by_ids(natives)).values()}
        elif kind is Kind.DATASOURCE:
            sources = await lists.known.things(DATASOURCE.name, natives)
            found |= {one.id: one.title for one in sources.values()}
    return found


async def related(lists: Lists, source: str, items: Sequence[Any], wanted: object) -> Mapping[str, frozenset[str]]:
    """For each condition of the filter that is about other things: the ids of the items that meet it."""
    found: dict[str, frozenset[str]] = {}
    for name in related_to(wanted):
        found[name] = frozenset(await _MEETING[name](lists, source, items, getattr(wanted, name)))
    return found


async def _within_folder(lists: Lists, source: str, items: Sequence[Any], wanted: IdFilter) -> Iterable[str]:
    parents = {folder.id.native: folder.parent for folder in await lists.known.all(Kind.FOLDER)}
    tops = set(wanted.within(source))

    def inside(folder: ResourceId | None) -> bool:
        passed: set[str] = set()
        while folder is not None and folder.native not in passed:
            if folder.native in tops:
                return True
            passed.add(folder.native)
            folder = parents.get(folder.native)
        return False

    return (item.id.native for item in items if inside(item.folder))


async def _shared_with(lists: Lists, source: str, items: Sequence[Any], wanted: IdFilter) -> Iterable[str]:
    """Dashboards with a share, which the viewer sees, to one of these users or groups."""
    subjects = set(wanted.within(source))
    shares = await lists.shares_seen({item.id.native: item for item in items})
    return (board for board, its in shares.items() if any(share.subject.native in subjects for share in its))


async def _in_group(lists: Lists, source: str, items: Sequence[Any], wanted: IdFilter) -> Iterable[str]:
    members = await lists.known.memberships(groups=wanted.within(source))
    return (one.user for one in members if lists.sees_member(one.group, one.user))


async def _with_member(lists: Lists, source: str, items: Sequence[Any], wanted: IdFilter) -> Iterable[str]:
    members = await lists.known.memberships(users=wanted.within(source))
    return (one.group for one in members if lists.sees_member(one.group, one.user))


async def _of_datasource(lists: Lists, source: str, items: Sequence[Any], wanted: Any) -> Iterable[str]:
    natives = list({item.datasource.native for item in items if item.datasource is not None})
    known = await lists.known.things(DATASOURCE.name, natives)
    fitting = {one for one, found in known.items() if source_fits(wanted, found.title, found.address)}
    return (item.id.native for item in items if item.datasource is not None and item.datasource.native in fitting)


async def _targets(lists: Lists, items: Sequence[Any]) -> Mapping[str, Sequence[Any]]:
    kinds = {item.id.kind for item in items}
    name = TARGETS_OF_ALERT.name if Kind.ALERT in kinds else TARGETS_OF_SCHEDULE.name
    return await lists.known.things(name, [item.id.native for item in items])


async def _with_target(lists: Lists, source: str, items: Sequence[Any], wanted: tuple[Any, ...]) -> Iterable[str]:
    found = await _targets(lists, items)
    return (one for one, its in found.items() if any(target.KIND in wanted for target in its))


async def _for_recipient(lists: Lists, source: str, items: Sequence[Any], wanted: IdFilter) -> Iterable[str]:
    natives = set(wanted.within(source))
    found = await _targets(lists, items)
    return (
        one
        for one, its in found.items()
        for target in its
        for recipient in getattr(target, "recipients", ())
        if any(who is not None and who.native in natives for who in (recipient.user, recipient.group))
    )


async def _last_ended(lists: Lists, source: str, items: Sequence[Any], wanted: tuple[Any, ...]) -> Iterable[str]:
    kinds = {item.id.kind for item in items}
    lookup = LAST_RUN_OF_ALERT if Kind.ALERT in kinds else LAST_RUN_OF_SCHEDULE
    found = await lists.last_runs(lookup, [item.id.native for item in items])
    return (one for one, job in found.items() if job.status in wanted)


_MEETING: Mapping[str, Any] = {
    "within_folder": _within_folder,
    "shared_with_user": _shared_with,
    "shared_with_group": _shared_with,
    "group": _in_group,
    "member": _with_member,
    "datasource": _of_datasource,
    "target": _with_target,
    "recipient": _for_recipient,
    "recipient_group": _for_recipient,
    "last_status": _last_ended,
}
