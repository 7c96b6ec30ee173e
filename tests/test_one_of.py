"""Inputs of which just one field is given: any other is refused before anything runs, however it comes."""

import pytest

from conftest import Asking

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

TESTED = 'testSchedule(input: {dashboardId: "x", dryRun: true, targets: [%s]}) { errors { code } }'
GIVEN = "mutation($input: TestScheduleInput!) { testSchedule(input: $input) { errors { code } } }"


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("{}", {}),
        ("{email: null}", {"email": None}),
        ("{email: {recipients: []}, sftp: null}", {"email": {"recipients": []}, "sftp": None}),
        ("{email: {recipients: [{}]}}", {"email": {"recipients": [{}]}}),
    ],
    ids=["none", "null", "two", "none within one"],
)
async def test_none_two_or_null_is_refused(empty: Asking, literal: str, value: object) -> None:
    await empty.world.identity.add_user("root@x.example", role="admin")
    admin = await empty.viewer("root@x.example")
    written = {"dashboardId": "x", "dryRun": True, "targets": [value]}

    in_text = await empty.errors(admin, f"mutation {{ {TESTED % literal} }}")
    in_variables = await empty.errors(admin, GIVEN, input=written)

    assert [error["extensions"]["code"] for error in in_text] == ["GRAPHQL_VALIDATION_FAILED"]
    assert [error["extensions"]["code"] for error in in_variables] == ["BAD_USER_INPUT"]
    assert "one field must be" in in_text[0]["message"] or "must be non-null" in in_text[0]["message"]
    allowed = {**written, "targets": [{"email": {"recipients": [{"address": "ada@x.example"}]}}]}
    assert await empty.errors(admin, GIVEN, input=allowed) == []


async def test_introspection_says_which_these_are(empty: Asking) -> None:
    await empty.world.identity.add_user("root@x.example", role="admin")

    found = await empty.data(await empty.viewer("root@x.example"), "{ __schema { types { name isOneOf } } }")

    assert {kind["name"] for kind in found["__schema"]["types"] if kind["isOneOf"]} == {
        "DeliveryTargetInput",
        "RecipientInput",
    }
