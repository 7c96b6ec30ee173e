"""What the fake answers about jobs: only about those that are asked for by id."""

from dashgraph.app.fakes.holistics.asking import Asking
from dashgraph.app.fakes.holistics.refusals import impossible, misspelt
from dashgraph.app.fakes.holistics.tenant import Row, Work

MOST_JOBS = 100


def jobs(asking: Asking) -> Row:
    """Those that are there; whoever asks for none, or spells the parameter without brackets, is refused."""
    ids = asking.many("ids")
    if not ids or len(ids) > MOST_JOBS or not all(one.isdecimal() for one in ids):
        raise misspelt(f"Parameter ids must be an array of 1 to {MOST_JOBS} ids")
    found = (asking.tenant.jobs.get(int(one)) for one in ids)
    return {"jobs": [_told(asking, work) for work in found if work is not None]}


def job(asking: Asking) -> Row:
    return {"job": _told(asking, asking.tenant.job(asking.id()))}


def logs(asking: Asking) -> Row:
    return {"job_logs": asking.tenant.job(asking.id()).logs}


def result(asking: Asking) -> Row:
    work = asking.tenant.job(asking.id())
    if work.about[2].startswith("export_"):
        raise impossible("The result of an export is a file: download it")
    if work.is_open or work.row["status"] == "already_existed":
        return {"status": work.row["status"], "error": None, "result": None}
    error = None if work.failing is None else "InternalHolisticsError"
    data = {} if work.failing is None else {"message": work.failing}
    return {"status": work.row["status"], "error": error, "result": {"type": work.about[2], "data": data}}


def _told(asking: Asking, work: Work) -> Row:
    if not asking.flag("include_source"):
        return work.row
    kind, one, action = work.about
    return {**work.row, "source": {"type": kind, "id": one, "action": action, "details": None}}
