"""The measuring: equal answers first, then short loads of every contestant in turns, over and over."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmark.contest.contestants import Server
from benchmark.contest.load import Load, Unanswered, connected, load
from benchmark.contest.questions import IDS, QUESTIONS, Question
from benchmark.contest.usage import TICK, usage

HOST = "127.0.0.1"
WARM_UP = 4  # at a time


@dataclass(frozen=True)
class Pace:
    """How long, how often, and how many at a time."""

    seconds: float
    rounds: int
    concurrency: tuple[int, ...]
    warm_up: float


@dataclass
class Result:
    """What one contestant did with one question at one concurrency, over all rounds."""

    rates: list[float] = field(default_factory=list)  # requests per second, of each round
    latencies: list[float] = field(default_factory=list)
    own: float = 0  # seconds of processor time
    database: float = 0

    def add(self, found: Load, own: float, database: float) -> None:
        self.rates.append(found.rate)
        self.latencies += found.latencies
        self.own += own
        self.database += database

    @property
    def rate(self) -> float:
        return median(self.rates)

    def latency(self, share: float) -> float:
        """Within how many seconds this share of the requests was answered."""
        return sorted(self.latencies)[math.ceil(share * len(self.latencies)) - 1]

    @property
    def own_spent(self) -> float:
        """Seconds of processor time for an answer."""
        return self.own / len(self.latencies)

    @property
    def database_spent(self) -> float:
        return self.database / len(self.latencies)

    @property
    def spent(self) -> float:
        """With a floor of what the clock of processes can tell."""
        return max(self.own_spent + self.database_spent, TICK / len(self.latencies))


Results = dict[tuple[int, str, int], Result]  # by the server's pid, the question, and how many ask at a time


def ratio(faster: Result, slower: Result) -> float:
    """How many times as many requests: the median of the rounds, in each of which both were measured."""
    return median(one / other for one, other in zip(faster.rates, slower.rates, strict=True))


def asked(server: Server, question: Question) -> list[bytes]:
    """The requests of a question, in turns."""
    said = question.requests(server.contestant.dialect, server.store.company.dashboard_ids(IDS))
    return [one.written(f"{HOST}:{server.port}", server.token) for one in said]


def answered_by(server: Server) -> list[Question]:
    return [one for one in QUESTIONS if server.contestant.dialect in one.said]


async def compare(servers: Sequence[Server]) -> None:
    """Ask everything of everyone, and remember how long right answers are.

    Raises Unanswered naming who answers otherwise than the first.
    """
    for question in QUESTIONS:
        right = None
        for server in servers:
            if question not in answered_by(server):
                continue
            async with connected((HOST, server.port)) as connection:
                try:
                    bodies = [await connection.ask(one) for one in asked(server, question)]
                    found = [question.comparable(server.contestant.dialect, body) for body in bodies]
                except (Unanswered, ValueError) as error:
                    message = f"{server.contestant.name} cannot answer {question.name}: {error}"
                    raise Unanswered(message) from error
            right = found if right is None else right
            if found != right:
                message = (
                    f"{server.contestant.name} answers {question.name} otherwise than {servers[0].contestant.name}"
                )
                raise Unanswered(message)
            server.sizes[question.name] = [len(body) for body in bodies]


async def warm_up(servers: Sequence[Server], seconds: float) -> None:
    for server in servers:
        for question in answered_by(server):
            await _load(server, question, concurrency=WARM_UP, seconds=seconds)


async def measured(servers: Sequence[Server], pace: Pace) -> Results:
    found: Results = {}
    for number in range(pace.rounds):
        for question in QUESTIONS:
            able = [one for one in servers if question in answered_by(one)]
            for concurrency in pace.concurrency:
                for server in _turned(able, number):
                    result = found.setdefault((server.pid, question.name, concurrency), Result())
                    await _measure(result, server, question, concurrency=concurrency, seconds=pace.seconds)
    return found


def _turned(servers: Sequence[Server], number: int) -> Iterator[Server]:
    """Somebody else begins in each round."""
    first = number % len(servers)
    yield from servers[first:]
    yield from servers[:first]


async def _measure(result: Result, server: Server, question: Question, *, concurrency: int, seconds: float) -> None:
    own, database = _spent(server.pid), _spent(server.store.pid)
    found = await _load(server, question, concurrency=concurrency, seconds=seconds)
    result.add(found, _spent(server.pid) - own, _spent(server.store.pid) - database)


def _spent(pid: int | None) -> float:
    return 0 if pid is None else usage(pid).seconds


async def _load(server: Server, question: Question, *, concurrency: int, seconds: float) -> Load:
    requests, sizes = asked(server, question), server.sizes[question.name]
    return await load((HOST, server.port), requests, sizes, concurrency=concurrency, seconds=seconds)


async def lasting(server: Server, minutes: int, concurrency: int) -> list[tuple[int, int]]:
    """For each minute of a load of all questions in turns, how many were answered, and the memory at its end."""
    asks = [(asked(server, one), server.sizes[one.name]) for one in answered_by(server)]
    turns = [(requests[at % len(requests)], sizes[at % len(sizes)]) for at in range(IDS) for requests, sizes in asks]
    requests, sizes = zip(*turns, strict=True)
    found = []
    for _ in range(minutes):
        done = await load((HOST, server.port), requests, sizes, concurrency=concurrency, seconds=60)
        found.append((len(done.latencies), usage(server.pid).memory))
    return found
