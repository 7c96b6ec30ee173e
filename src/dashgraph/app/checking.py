"""What a source says when everything is tried that only reads: for each capability whether, how fast, or why not."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter
from typing import Any

from dashgraph.domain.alerts import ALERTS
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD
from dashgraph.domain.dashboards import DASHBOARDS
from dashgraph.domain.folders import FOLDERS
from dashgraph.domain.groups import GROUPS
from dashgraph.domain.jobs import JOBS
from dashgraph.domain.lists import Listing, Page, Window, Wish
from dashgraph.domain.problems import Forbidden, Problem, SourceRefused, UnsupportedBySource
from dashgraph.domain.projects import PROJECTS
from dashgraph.domain.schedules import SCHEDULES
from dashgraph.domain.shares import SHARES_OF_DASHBOARD
from dashgraph.domain.sources import Capability, Card, Health, Status
from dashgraph.domain.users import USERS
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.domain.widgets import WIDGETS_OF_DASHBOARD
from dashgraph.sources.port import Source

PAGE = 5
READS: Mapping[Capability, Listing[Any]] = {
    Capability.DASHBOARD_READ: DASHBOARDS,  # first: what hangs off dashboards is read of those that it gives
    Capability.WIDGET_READ: WIDGETS_OF_DASHBOARD,
    Capability.SHARE_READ: SHARES_OF_DASHBOARD,
    Capability.COMMENT_READ: COMMENTS_OF_DASHBOARD,
    Capability.USER_READ: USERS,
    Capability.GROUP_READ: GROUPS,
    Capability.FOLDER_READ: FOLDERS,
    Capability.PROJECT_READ: PROJECTS,
    Capability.SCHEDULE_READ: SCHEDULES,
    Capability.ALERT_READ: ALERTS,
    Capability.JOB_READ: JOBS,
}


class Answer(StrEnum):
    YES = "yes"
    NOT_UPSTREAM = "not upstream"
    NOT_PERMITTED = "not permitted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` are what came, or why nothing did; None where the source was taken at its word and not asked."""

    answer: Answer
    words: str | None = None
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """How a source is, and a finding for each capability; none of them when it is down."""

    name: str
    card: Card
    status: Status
    milliseconds: float
    findings: Mapping[Capability, Finding]

    @property
    def is_well(self) -> bool:
        failed = any(finding.answer is Answer.FAILED for finding in self.findings.values())
        return self.status.health is not Health.DOWN and not failed


async def checkups(sources: Sequence[Source], viewer: Viewer) -> Sequence[Checkup]:
    """Each source tried as the viewer; an administrator tries everything that there is."""
    asker = viewer.within(Reach.ALL) if viewer.is_admin else viewer
    return await asyncio.gather(*(_checkup(source, asker) for source in sources))


async def _checkup(source: Source, viewer: Viewer) -> Checkup:
    started = perf_counter()
    status = await source.status()
    took = _since(started)
    if status.health is Health.DOWN:
        return Checkup(source.name, source.card, status, took, {})
    findings = {}
    parents: list[str] = []
    for capability in dict.fromkeys([*READS, *Capability]):
        reason, listing = source.card.reason_against(capability), READS.get(capability)
        if reason is not None:
            findings[capability] = Finding(Answer.NOT_UPSTREAM, reason)
        elif listing is None or (listing.under is not None and not parents):
            findings[capability] = Finding(Answer.YES)
        else:
            findings[capability], page = await _tried(source, viewer, listing, parents)
            if listing is DASHBOARDS:
                parents = [entry.item.id.native for entry in page.entries]
    return Checkup(source.name, source.card, status, took, findings)


async def _tried(
    source: Source, viewer: Viewer, listing: Listing[Any], parents: Sequence[str]
) -> tuple[Finding, Page[Any]]:
    """What came of reading the start of a list, and what was read."""
    started = perf_counter()
    nothing: Page[Any] = Page()
    try:
        page = await _read(source, viewer, listing, parents)
    except UnsupportedBySource as problem:
        return Finding(Answer.NOT_UPSTREAM, _told(problem)), nothing
    except (Forbidden, SourceRefused) as problem:
        return Finding(Answer.NOT_PERMITTED, _told(problem), _since(started)), nothing
    except Problem as problem:
        return Finding(Answer.FAILED, _told(problem), _since(started)), nothing
    read = f"{len(page.entries)} read" + (", and there are more" if page.has_next else "")
    return Finding(Answer.YES, read, _since(started)), page


async def _read(source: Source, viewer: Viewer, listing: Listing[Any], parents: Sequence[str]) -> Page[Any]:
    """The start of a root list, or of what hangs off these parents, as one page."""
    wish = Wish(listing.default, Window(PAGE))
    if listing.under is None:
        return await source.page(viewer, listing, wish)
    pages = (await source.pages(viewer, listing, parents, wish)).values()
    entries = [entry for page in pages for entry in page.entries]
    return Page(entries, has_next=any(page.has_next for page in pages))


def _told(problem: Problem) -> str:
    """What went wrong, with the system's own words where it had any: they are for administrators, who stand here."""
    upstream = problem.facts.get("upstream")
    if not isinstance(upstream, Mapping):
        return problem.message
    said = ", ".join(str(upstream[key]) for key in ("code", "message") if upstream.get(key))
    return f"{problem.message} (HTTP {upstream.get('status')}{': ' if said else ''}{said})"


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000
