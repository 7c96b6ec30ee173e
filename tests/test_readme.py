"""README says what is so."""

import json
import re

from dashgraph.graph.errors import BAD_INPUT, INTERNAL, PARSE_FAILED, VALIDATION_FAILED
from readme import EXAMPLE, README, written


async def test_every_example_gives_the_answer_that_readme_shows_and_every_table_is_current() -> None:
    text = README.read_text()

    assert len(EXAMPLE.findall(text)) >= 10
    assert await written(text) == text, "write it anew with: python tests/readme.py"
    for _, answer in EXAMPLE.findall(text):
        assert "errors" not in json.loads(answer)


def test_readme_names_every_common_error_code() -> None:
    text = README.read_text()
    codes = {BAD_INPUT, INTERNAL, PARSE_FAILED, VALIDATION_FAILED, "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
    assert codes | {"BAD_ID", "BAD_CURSOR", "TOO_MUCH", "SOURCE_UNAVAILABLE"} <= set(re.findall(r"`([A-Z_]+)`", text))
