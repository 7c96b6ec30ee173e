"""GraphQL over HTTP as its working group audits it; and several operations in one request."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import Stores
from npm import installed, told
from serving import PLAIN_JSON, RESPONSE_JSON, Service, served

# What is on the wire does not depend on the database.
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

NAME = "{ viewer { user { displayName } } }"
NORA = {"data": {"viewer": {"user": {"displayName": "Nora Whitfield"}}}}


@pytest.fixture(scope="module")
async def service(stores: Stores) -> AsyncIterator[Service]:
    """A server that takes up to three operations at a time."""
    async with served(await stores.fresh("demo"), batch_operations=3) as found:
        yield found


async def test_every_audit_of_graphql_http_is_passed_and_none_merely_warns(
    stores: Stores, request: pytest.FixtureRequest
) -> None:
    clients = installed(Path(__file__).parent / "clients", request.config.cache)
    async with served(await stores.fresh("demo")) as service:
        arguments = (service.client.address, await service.token())
        audits = await told(clients, "audit.mjs", *arguments)

    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []


async def test_a_list_of_operations_is_not_taken_by_default(stores: Stores) -> None:
    async with served(await stores.fresh("demo")) as service:
        for body in ([{"query": NAME}], [{"query": NAME}] * 2, []):
            reply = await service.admin.post(body)
            assert (reply.status, reply.codes) == (400, ["BAD_REQUEST"])


async def test_a_list_is_answered_by_a_list_in_its_order(service: Service) -> None:
    wrong, mutation = {"query": "{ nope }"}, {"query": "mutation { __typename }"}

    reply = await service.admin.post([{"query": NAME}, wrong, mutation])
    negotiated = await service.admin.post([{"query": NAME}], accept=f"{RESPONSE_JSON}, {PLAIN_JSON};q=0.9")

    first, second, third = reply.json
    assert (reply.status, reply.headers["Content-Type"]) == (200, f"{PLAIN_JSON}; charset=utf-8")
    assert (first, third) == (NORA, {"data": {"__typename": "Mutation"}})
    assert [error["extensions"]["code"] for error in second["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert (negotiated.json, negotiated.headers["Content-Type"]) == ([NORA], reply.headers["Content-Type"])


async def test_a_list_that_cannot_be_answered_whole_is_not_begun(service: Service) -> None:
    ask = {"query": NAME}
    long = await service.admin.post([ask] * 4)
    refused = [
        await service.admin.post(body) for body in ([], [ask, {}], [ask, [ask]], [ask, None], [ask, {"query": 1}])
    ]
    nobody = await service.client.post([ask])
    only_newer = await service.admin.post([ask], accept=RESPONSE_JSON)
    followed = await service.admin.post([{"query": "subscription { jobUpdated(id: 1) { id } }"}])

    assert (long.status, long.codes) == (400, ["TOO_MUCH"])
    assert long.json["errors"][0]["message"] == "The list has 4 operations; at most 3 are answered at a time."
    assert [(reply.status, reply.codes) for reply in refused] == [(400, ["BAD_REQUEST"])] * len(refused)
    assert (nobody.status, nobody.codes) == (401, ["UNAUTHENTICATED"])
    assert (only_newer.status, only_newer.codes) == (406, ["BAD_REQUEST"])
    assert [error["extensions"]["code"] for error in followed.json[0]["errors"]] == ["BAD_USER_INPUT"]
