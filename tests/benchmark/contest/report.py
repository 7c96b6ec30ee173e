"""The tables that are printed, as Markdown."""

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

from benchmark.contest.contestants import Contestant, Server, node_version
from benchmark.contest.questions import QUESTIONS, Question
from benchmark.contest.rounds import Result, Results, ratio
from benchmark.contest.stores import SQLITE
from benchmark.contest.usage import usage

NONE = "-"


def _print(title: str, *rows: Sequence[str]) -> None:
    """A table under its title; the first row names the columns."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    print(f"\n{title}\n", lines[0], rule, *lines[1:], sep="\n", flush=True)


def print_versions(contestants: Sequence[Contestant], store: str, heading: str) -> None:
    runs_on = [store, f"Python {platform.python_version()}"]
    if any(one.needs_node for one in contestants):
        runs_on.append(f"Node {node_version()}")
    title = f"{heading}: {', '.join(runs_on)}, {os.cpu_count()} cores of {_processor()}."
    _print(title, ("contestant", "versions"), *((one.name, one.versions()) for one in contestants))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def print_ratios(servers: Sequence[Server], results: Results, concurrency: Sequence[int]) -> None:
    """Of the first server by each other one."""
    ours, *peers = servers

    def row(peer: Server, compared: Callable[[Result, Result], float]) -> tuple[str, ...]:
        def cell(question: Question) -> str:
            if question.name not in peer.sizes:
                return NONE
            pairs = [
                (results[ours.pid, question.name, many], results[peer.pid, question.name, many]) for many in concurrency
            ]
            return " / ".join(_short(compared(*pair)) for pair in pairs)

        return peer.contestant.name, *map(cell, QUESTIONS)

    told = " / ".join(map(str, concurrency))
    names = [one.name for one in QUESTIONS]
    if ours.store.pid is not None or ours.store.kind == SQLITE:
        _print(
            f"CPU for an answer, the database's too: the other's by {ours.contestant.name}'s, {told} at a time.",
            ("contestant", *names),
            *(row(peer, lambda our, their: their.spent / our.spent) for peer in peers),
        )
    _print(
        f"Answers a second: {ours.contestant.name}'s by the other's, {told} at a time.",
        (f"{ours.contestant.name} is so many times as fast as", *names),
        *(row(peer, ratio) for peer in peers),
    )


def print_details(servers: Sequence[Server], results: Results, concurrency: Sequence[int]) -> None:
    told = " / ".join(map(str, concurrency))
    for question in QUESTIONS:
        rows = [("contestant", "answers a second", "p50 ms", "p99 ms", "CPU ms", "database's CPU ms")]
        for server in servers:
            if question.name in server.sizes:
                found = [results[server.pid, question.name, many] for many in concurrency]
                columns = zip(*(_cells(one, server) for one in found), strict=True)
                rows.append((server.contestant.name, *(" / ".join(cells) for cells in columns)))
        size = mean(servers[0].sizes[question.name]) / 1000
        _print(f"{question.name}: {question.words} ({_short(size)} kB), {told} at a time; CPU for an answer.", *rows)


def _cells(found: Result, server: Server) -> list[str]:
    times = [found.latency(0.5), found.latency(0.99), found.own_spent]
    database = NONE if server.store.pid is None else _short(found.database_spent * 1000)
    return [_short(found.rate), *(_short(one * 1000) for one in times), database]


def print_memory(servers: Sequence[Server]) -> None:
    rows = [(server.contestant.name, _megabytes(usage(server.pid).memory)) for server in servers]
    _print("Memory:", ("contestant", "resident MB after the load"), *rows)


def print_growth(pairs: Sequence[tuple[Server, Server]], results: Results) -> None:
    """The same questions to a store and to one of ten times its size."""

    def cells(numbers: Sequence[float]) -> tuple[str, str]:
        return " / ".join(map(_short, numbers)), _short(numbers[1] / numbers[0])

    rows = [("question", "contestant", "p50 ms", "ratio", "CPU ms", "ratio")]
    for question in QUESTIONS:
        for pair in pairs:
            if question.name in pair[0].sizes:
                found = [results[one.pid, question.name, 1] for one in pair]
                times, spent = [one.latency(0.5) * 1000 for one in found], [one.spent * 1000 for one in found]
                rows.append((question.name, pair[0].contestant.name, *cells(times), *cells(spent)))
    _print("Equal answers of a store and of one of ten times its size, one at a time; CPU with the database's.", *rows)


def print_minutes(server: Server, minutes: Sequence[tuple[int, int]]) -> None:
    rows = [(str(number), str(answers), _megabytes(memory)) for number, (answers, memory) in enumerate(minutes, 1)]
    _print(f"{server.contestant.name} under a load of all questions:", ("minute", "answers", "resident MB"), *rows)


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _megabytes(memory: int) -> str:
    return f"{memory / 2**20:.0f}"
