"""Fuzzing for as long as you like: operations made up by schemathesis, asked of a server with five sources.

    python tests/benchmark/fuzz.py [--seconds 300] [--seed 1] [--examples 6]

The server is a process of its own over the demo company and the made-up servers behind it, in a temporary folder.
Exit code 1 when an answer was our mistake: a 5xx, a masked internal error, an error without a code, our insides.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent.parent))

from fuzzing import Fuzzer, Fuzzing
from serving import serving

out = Console()


def asked(address: str, token: str, *, seconds: float, first: int, examples: int) -> Fuzzing:
    fuzzer = Fuzzer(address, token)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fuzzer.round(first, examples=examples, until=until)
        first += 1
    return fuzzer.found


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=6, help="of each root field, in each round")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), "--demo", "--fakes", last="--json", DASHGRAPH_LOG_FORMAT="json") as server:
            found = await asyncio.to_thread(
                asked,
                *(server.address, server.token),
                seconds=chosen.seconds,
                first=chosen.seed,
                examples=chosen.examples,
            )
            bugs = [line for line in server.lines if line["event"] == "unexpected"]
    out.print(f"{found.asked} operations, the slowest {found.slowest:.2f} s; answers by code: {dict(found.codes)}")
    for wrong in found.wrong:
        out.print(f"\n{wrong}", markup=False)
    for bug in bugs:
        out.print(f"\n{bug.get('path')}\n{bug.get('exception', '')[-2000:]}", markup=False)
    out.print(f"\n{len(found.wrong)} answers are wrong, {len(bugs)} bugs are logged.")
    return 1 if found.wrong or bugs else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
