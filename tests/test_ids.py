"""Global ids: opaque, exact, and never somebody else's."""

import base64

from hypothesis import example, given
from hypothesis import strategies as st

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind, ResourceId

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)
NATIVES = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=100)


@given(source=NAMES, kind=st.sampled_from(Kind), native=NATIVES)
@example(source="local", kind=Kind.SHARE, native="a:b/c:d")
def test_an_id_brings_back_what_it_names(source: str, kind: Kind, native: str) -> None:
    one = ResourceId(source, kind, native)
    assert ResourceId.decode(one.encode()) == one


@given(st.text())
@example("bG9jYWw6VXNlcjph=")  # padding that encode does not write
@example("bG9jYWw6VXNlcjphYg")
@example("bG9jYWw6VXNlcjphYh")  # another spelling of the same bytes
def test_only_what_encode_writes_is_an_id(text: str) -> None:
    found = ResourceId.decode(text)
    assert found is None or found.encode() == text


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


async def test_forged_and_foreign_ids_answer_null_and_malformed_ones_say_so(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner")
    owner = await empty.viewer("owner@x.example")
    query = "query($id: ID!) { node(id: $id) { id __typename } }"

    for forged in ("elsewhere:Dashboard:plan", "local:Dashboard:nope", "local:Widget:plan", "local:Share:plan"):
        assert await empty.answer(owner, query, id=encoded(forged)) == {"data": {"node": None}}
    for malformed in ("plan", "", "local:Dashboard:plan", encoded("local:Nonsense:plan"), encoded("local:Dashboard:")):
        answer = await empty.answer(owner, query, id=malformed)
        assert answer["data"] == {"node": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_ID"]
    found = await empty.data(owner, query, id=global_id(Kind.DASHBOARD, "plan"))
    assert found["node"]["__typename"] == "Dashboard"


async def test_a_bad_id_among_many_costs_its_own_place_only(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner")
    good = global_id(Kind.DASHBOARD, "plan")

    answer = await empty.answer(
        await empty.viewer("owner@x.example"),
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        ids=[good, "nonsense", global_id(Kind.DASHBOARD, "none"), good],
    )

    assert answer["data"] == {"nodes": [{"id": good}, None, None, {"id": good}]}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["nodes", 1], "BAD_ID")]


async def test_more_ids_than_a_page_are_refused(empty: Asking) -> None:
    await Company(empty.world.database).user("owner")
    owner = await empty.viewer("owner@x.example")
    ids = [global_id(Kind.USER, "owner")] * 101

    [error] = await empty.errors(owner, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert error["extensions"]["code"] == "TOO_MUCH"
    assert (
        len((await empty.data(owner, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids[:100]))["nodes"]) == 100
    )


async def test_federation_resolves_references_in_one_batch_a_type_with_the_same_rights(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.user("stranger")
    for number in range(20):
        await company.dashboard(f"d{number}", "owner" if number % 2 else "stranger")
    query = """query($r: [_Any!]!) { _entities(representations: $r) {
        ... on Dashboard { title } ... on User { displayName } } }"""
    dashboards = [{"__typename": "Dashboard", "id": global_id(Kind.DASHBOARD, f"d{n}")} for n in range(20)]
    people = [{"__typename": "User", "id": global_id(Kind.USER, name)} for name in ("owner", "stranger")]

    data = await empty.data(await empty.viewer("owner@x.example"), query, r=dashboards + people)

    expected = [{"title": f"d{number}"} if number % 2 else None for number in range(20)]
    assert data["_entities"] == [*expected, {"displayName": "owner"}, {"displayName": "stranger"}]
    assert len(empty.statements) == 2  # dashboards, users
