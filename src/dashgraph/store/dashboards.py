"""Questions about dashboards and their published versions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, false, null, or_, select, true, union_all

from dashgraph.domain.access import RANKS
from dashgraph.domain.dashboards import DashboardFilter, DashboardState, VersionFilter
from dashgraph.store.among import among, constant
from dashgraph.store.datasources import uses
from dashgraph.store.folders import below
from dashgraph.store.lists import Parents, Rows, contains, id_matches, text_matches, time_matches
from dashgraph.store.tables import dashboards, datasources, editions, shares, users, widgets
from dashgraph.store.visibility import Asker, Rights, seen, seen_dashboards, share_is_seen

published = editions.alias("published")

STATE = case(
    (dashboards.c.published.is_(None), constant(DashboardState.DRAFT.value)),
    (dashboards.c.published == dashboards.c.working, constant(DashboardState.PUBLISHED.value)),
    else_=constant(DashboardState.MODIFIED.value),
)
PUBLISHED_AT = (
    select(published.c.published_at)
    .where(published.c.dashboard_id == dashboards.c.id, published.c.number == dashboards.c.published)
    .correlate(dashboards)
    .scalar_subquery()
)
OWNER_NAME = select(users.c.name_key).where(users.c.id == dashboards.c.owner_id).scalar_subquery()
DATASOURCE_TITLE = select(datasources.c.title_key).where(datasources.c.id == editions.c.datasource_id).scalar_subquery()

COLUMNS = (
    dashboards.c.id, editions.c.title, editions.c.description, editions.c.type, STATE.label("state"),
    dashboards.c.owner_id, dashboards.c.folder_id, editions.c.datasource_id, editions.c.format, dashboards.c.revision,
    dashboards.c.created_at, dashboards.c.updated_at, PUBLISHED_AT.label("published_at"),
)  # fmt: skip

NULLABLE = frozenset({"type", "owner", "datasource", "published_at"})


def _keys(asker: Asker) -> dict[str, ColumnElement[Any]]:
    # Working editions are what administrators see of everything; their titles stand in an index of the dashboards.
    all_working = asker.everything and not asker.viewer.as_reader
    return {
        "title": dashboards.c.title_key if all_working else editions.c.title_key,
        "type": editions.c.type_key,
        "owner": OWNER_NAME,
        "datasource": DATASOURCE_TITLE,
        "created_at": dashboards.c.created_at,
        "updated_at": dashboards.c.updated_at,
        "published_at": PUBLISHED_AT,
        "id": dashboards.c.id,
    }


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    rights = seen(asker, lambda column: among(column, ids))
    return seen_dashboards(rights, *COLUMNS, rights.rank.label("rank"))


def documents(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    rights = seen(asker, lambda column: among(column, ids))
    return seen_dashboards(rights, dashboards.c.id, editions.c.document)


def rows(asker: Asker, wanted: DashboardFilter) -> Rows:
    return Rows(_matching(asker, wanted), _keys(asker), dashboards.c.id, nullable=NULLABLE)


def rows_of_owners(asker: Asker, user_ids: Sequence[str], wanted: DashboardFilter) -> Rows:
    return _rows_under(asker, dashboards.c.owner_id, user_ids, wanted)


def rows_of_folders(asker: Asker, folder_ids: Sequence[str], wanted: DashboardFilter) -> Rows:
    return _rows_under(asker, dashboards.c.folder_id, folder_ids, wanted)


def _rows_under(asker: Asker, parent: ColumnElement[Any], parents: Sequence[str], wanted: DashboardFilter) -> Rows:
    statement = _matching(asker, wanted).where(among(parent, parents))
    return Rows(statement, _keys(asker), dashboards.c.id, parent=parent, nullable=NULLABLE)


def _matching(asker: Asker, wanted: DashboardFilter) -> Select[Any]:
    rights = seen(asker)
    return seen_dashboards(rights, *COLUMNS, rights.rank.label("rank")).where(matches(asker, wanted, rights))


VERSION_COLUMNS = (
    editions.c.dashboard_id, editions.c.number, editions.c.title, editions.c.description,
    editions.c.published_at, editions.c.published_by,
)  # fmt: skip


def versions_by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """Version ids are `dashboard/number`."""
    return _versions_of_ids(asker, ids, *VERSION_COLUMNS)


def version_documents(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """For each version its document, with no `widget`, and then those of its widgets."""
    columns = (editions.c.dashboard_id, editions.c.number)
    wholes = _versions_of_ids(asker, ids, *columns, null().label("widget"), editions.c.document).subquery("wholes")
    version = (widgets.c.dashboard_id == wholes.c.dashboard_id, widgets.c.edition == wholes.c.number)
    parts = select(wholes.c.dashboard_id, wholes.c.number, widgets.c.id.label("widget"), widgets.c.document)
    both = union_all(select(wholes), parts.select_from(wholes.join(widgets, and_(*version)))).subquery("both")
    return select(both).order_by(both.c.dashboard_id, both.c.number)


def _versions_of_ids(asker: Asker, ids: Sequence[str], *columns: ColumnElement[Any]) -> Select[Any]:
    rights = seen(asker, lambda column: among(column, sorted({one.rpartition("/")[0] for one in ids})))
    joined = rights.dashboards.join(editions, _version_is_seen(rights))
    version = editions.c.dashboard_id + "/" + cast(editions.c.number, Text)
    return select(*columns).select_from(joined).where(rights.living, among(version, ids))


def rows_of_versions(asker: Asker, dashboard_ids: Sequence[str], wanted: VersionFilter) -> Rows:
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    published_then = time_matches(wanted.published_at, editions.c.published_at)
    return Rows(
        select(*VERSION_COLUMNS).select_from(editions).where(_version_is_seen(rights), published_then),
        {"number": editions.c.number},
        editions.c.dashboard_id,
        parent=dashboards.c.id,
        unique=frozenset({"number"}),
        parents=Parents(rights.dashboards, rights.living),
    )


def _version_is_seen(rights: Rights) -> ColumnElement[bool]:
    """Published versions: all for owners, editors and administrators, the newest for other viewers."""
    return and_(
        editions.c.dashboard_id == dashboards.c.id,
        editions.c.published_at.is_not(None),
        or_(rights.may_edit, editions.c.number == dashboards.c.published),
    )


def matches(asker: Asker, wanted: DashboardFilter, rights: Rights) -> ColumnElement[bool]:
    conditions = [
        text_matches(wanted.title, editions.c.title, editions.c.title_key),
        text_matches(wanted.description, editions.c.description, editions.c.description_key),
        text_matches(wanted.type, editions.c.type, editions.c.type_key),
        time_matches(wanted.created_at, dashboards.c.created_at),
        time_matches(wanted.updated_at, dashboards.c.updated_at),
        time_matches(wanted.published_at, PUBLISHED_AT),
        uses(editions.c.datasource_id, wanted.datasource),
        id_matches(wanted.ids, dashboards.c.id, asker.source),
        id_matches(wanted.owner, dashboards.c.owner_id, asker.source),
        id_matches(wanted.folder, dashboards.c.folder_id, asker.source),
    ]
    if wanted.project is not None and wanted.project.is_null is not True:
        conditions.append(false())  # nothing here is in a project
    if wanted.within_folder is not None:
        conditions.append(dashboards.c.folder_id.in_(below(wanted.within_folder.within(asker.source))))
    for subject, column in (
        (wanted.shared_with_user, shares.c.user_id),
        (wanted.shared_with_group, shares.c.group_id),
    ):
        if subject is not None:
            shared = (
                select(shares.c.id)
                .where(
                    shares.c.dashboard_id == dashboards.c.id,
                    among(column, subject.within(asker.source)),
                    share_is_seen(rights, asker),
                )
                .correlate_except(shares)
            )
            conditions.append(shared.exists())
    if wanted.my_role is not None:
        conditions.append(rights.rank.in_([RANKS[role] for role in wanted.my_role]))
    if wanted.state is not None:
        conditions.append(STATE.in_([state.value for state in wanted.state]))
    if wanted.text is not None:
        conditions.append(
            or_(contains(editions.c.title_key, wanted.text), contains(editions.c.description_key, wanted.text))
        )
    return and_(true(), *conditions)
