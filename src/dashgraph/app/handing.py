"""The commands that give: `transfer-ownership` and `share`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Database, err, out, run, settings
from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.groups import GROUPS, GroupFilter, GroupSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import TextFilter, Wish
from dashgraph.domain.ownership import OriginalOwnerRule, TransferOwnership
from dashgraph.domain.problems import NotFound
from dashgraph.domain.shares import AddShare, Grant, ShareRule
from dashgraph.domain.viewers import Viewer

DryRun = Annotated[bool, typer.Option("--dry-run", help="Find out what would happen, and change nothing.")]


def transfer_ownership(
    giver: Annotated[str, typer.Option("--from", metavar="USER", help="Whose things: an address or user name.")],
    heir: Annotated[str, typer.Option("--to", metavar="USER", help="Who gets them: an active designer or admin.")],
    keep: Annotated[
        OriginalOwnerRule, typer.Option(help="What the owner so far keeps on each dashboard.")
    ] = OriginalOwnerRule.NONE,
    plan: Annotated[
        str | None, typer.Option(help="Carry out just this plan, from a dry run; refused when it changed.")
    ] = None,
    dry_run: DryRun = False,
    acting: As = None,
    database: Database = None,
) -> None:
    chosen = settings(database_url=database)

    async def main() -> Outcome:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            wish = TransferOwnership(
                giver=await world.identity.known(giver),
                heir=await world.identity.known(heir),
                original_owner_rule=keep,
                plan=plan,
            )
            return await _done(world, viewer, wish, Terms(dry_run=dry_run))

    facts = run(main).facts
    table = Table("What", "Name", "What becomes of it", "Why")
    for item in facts["items"]:
        table.add_row(item["kind"], escape(item["name"]), item["step"], item["reason"] or "")
    out.print(table)
    if dry_run:
        out.print(f"Nothing was changed. Carry out just this with: --plan {facts['plan']}", soft_wrap=True)
    else:
        out.print(f"Handed over, {len(facts['items'])} items.")


def share(
    dashboard: Annotated[str, typer.Argument(metavar="DASHBOARD", help="The global or native id of the dashboard.")],
    user: Annotated[list[str] | None, typer.Option(help="A user to share with, again and again.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="The name of a group, again and again.")] = None,
    rule: Annotated[ShareRule, typer.Option(help="What they may do.")] = ShareRule.VIEW,
    dry_run: DryRun = False,
    acting: As = None,
    database: Database = None,
) -> None:
    chosen = settings(database_url=database)
    if not user and not group:
        err.print("[red]error[/red] Say with whom: --user or --group.")
        raise typer.Exit(2)

    async def main() -> Sequence[Outcome]:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            one = ResourceId.decode(dashboard) or ResourceId(world.database.name, Kind.DASHBOARD, dashboard)
            subjects = [await world.identity.known(name) for name in user or ()]
            subjects += [await _group(world, viewer, name) for name in group or ()]
            wishes = [AddShare(dashboard=one, grant=Grant(subject, rule)) for subject in subjects]
            return _raised(await world.changing.all(viewer, wishes, Terms(dry_run=dry_run)))

    for name, _ in zip([*(user or ()), *(group or ())], run(main), strict=True):
        out.print(f"[green]{'WOULD SHARE' if dry_run else 'SHARED'}[/green] with {escape(name)}: {rule}")


async def _done(world: World, viewer: Viewer, wish: Change, terms: Terms) -> Outcome:
    """The outcome; its problem is raised, and ends the command with one line."""
    return _raised([await world.changing.one(viewer, wish, terms)])[0]


def _raised(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    for outcome in outcomes:
        if outcome.problem is not None and "number" in outcome.problem.facts:
            raise outcome.problem
    for outcome in outcomes:
        if outcome.problem is not None:
            raise outcome.problem
    return outcomes


async def _group(world: World, viewer: Viewer, name: str) -> ResourceId:
    wish = Wish(GroupSort.NAME_ASC, filter=GroupFilter(name=TextFilter(eq=name)))
    page = await world.reading.page(viewer, GROUPS, wish, [world.database.name])
    if len(page.entries) != 1:
        message = f"There {'are several groups' if page.entries else 'is no group'} named {name!r}."
        raise NotFound(message)
    return page.entries[0].item.id
