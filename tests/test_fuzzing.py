"""A short fuzzing of everything that can be asked; `python tests/benchmark/fuzz.py` goes on for minutes."""

import asyncio
from pathlib import Path

from fuzzing import Fuzzer
from serving import serving

EXAMPLES = 3  # of each root field


async def test_nothing_that_the_schema_allows_meets_our_mistakes(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo", "--fakes", last="--json", DASHGRAPH_LOG_FORMAT="json") as server:

        def fuzzed() -> Fuzzer:
            fuzzer = Fuzzer(server.address, server.token)
            fuzzer.round(1, examples=EXAMPLES)
            return fuzzer

        found = (await asyncio.to_thread(fuzzed)).found
        bugs = [line for line in server.lines if line["event"] == "unexpected"]

    assert (found.wrong, bugs) == ([], [])
    assert found.asked > 300
    assert found.codes["no error"] > 150, "it goes past the checks of its input"
