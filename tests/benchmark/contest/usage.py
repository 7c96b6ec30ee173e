"""What a process and all below it use, as Linux tells: processor time and memory."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK, PAGE = 1 / os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")  # seconds and bytes
# Fields of /proc/<pid>/stat after the name of the program: proc_pid_stat(5).
PARENT, USER, SYSTEM, USER_OF_ENDED, SYSTEM_OF_ENDED, RESIDENT = 1, 11, 12, 13, 14, 21


@dataclass(frozen=True)
class Usage:
    seconds: float  # of processor time, since the process began
    memory: int  # bytes that are resident; what processes share counts once for each


def usage(pid: int) -> Usage:
    """Of a process, its descendants, and those of them that have ended."""
    every = {int(one.name): _stat(one) for one in PROC.iterdir() if one.name.isdecimal()}
    tree, new = {pid}, {pid}
    while new:
        new = {one for one, stat in every.items() if stat and int(stat[PARENT]) in new} - tree
        tree |= new
    stats = [stat for one in tree if (stat := every.get(one))]
    ticks = sum(int(stat[at]) for stat in stats for at in (USER, SYSTEM, USER_OF_ENDED, SYSTEM_OF_ENDED))
    return Usage(ticks * TICK, sum(int(stat[RESIDENT]) for stat in stats) * PAGE)


def _stat(process: Path) -> list[str]:
    """The fields after the name, which may hold anything. Empty for a process that has just ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def parent_of(pid: int) -> int:
    return int(_stat(PROC / str(pid))[PARENT])
