"""What carries out jobs: the promise that we need, and DBOS, which keeps it.

The tables of the store decide which jobs there are, when they are due and what came of them. An engine gets their
ids, runs each on one of the processes, and runs it again when that process has died.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from dbos import DBOS, Serializer, SetWorkflowID

Work = Callable[[str], Awaitable[None]]
"""Carry out the job with this id as far as it goes now. It answers whatever happens: what failed is in the store."""

QUEUE = "dashgraph"
WORKFLOW = "dashgraph.job"
GENERATION = "1"  # of what is handed over; processes of one generation take over each other's work
LOOK_SECONDS = 0.1
OVER = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


class JobEngine(Protocol):
    """Runs what it is given at least once, on one process at a time while that process lives."""

    @property
    def executor(self) -> str:
        """What this process is called; the same after a restart where that can be."""

    async def open(self, work: Work) -> None:
        """Take up work, also what this process left unfinished when it ended."""

    async def submit(self, key: str, job: str) -> None:
        """Have a job carried out. The same key is carried out once, however often it is submitted."""

    async def over(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that the engine is done with, or knows nothing of."""

    async def adopt(self, executor: str) -> int:
        """Give the unfinished work of a process that has died to those that live; how much it was."""

    async def sweep(self, most: int) -> int:
        """Forget work that is over, at most so much; how much it was."""

    async def close(self) -> None:
        """Stop. What is unfinished is carried out again later."""


class DbosEngine:
    """DBOS on SQLite or PostgreSQL. One in a process at a time, because DBOS is one."""

    def __init__(self, url: str, executor: str, *, at_once: int, look_seconds: float = LOOK_SECONDS) -> None:
        """`url` is of the engine's own tables; `at_once` how many jobs this process runs side by side.

        Between two looks at what waits there are `look_seconds`: a look takes 5 ms of the processor.
        """
        self._url = url
        self._executor = executor
        self._at_once = at_once
        self._look_seconds = look_seconds
        self._running: set[asyncio.Task[Any]] = set()
        self._carry: Any = None

    @property
    def executor(self) -> str:
        return self._executor

    async def open(self, work: Work) -> None:
        logging.getLogger("dbos").setLevel(logging.ERROR)  # its warnings are for those who write workflows
        DBOS(
            config={
                "name": "dashgraph",
                "system_database_url": self._url,
                "dbos_system_schema": "dashgraph_jobs",
                "executor_id": self._executor,
                "application_version": GENERATION,
                "serializer": Json(),
                "log_level": "ERROR",
                "sys_db_pool_size": 5,
                "notification_listener_polling_interval_sec": 1.0,
            }
        )

        @DBOS.step(name=WORKFLOW)
        async def attempt(job: str) -> None:
            await work(job)

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
        async def carry(job: str) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await attempt(job)

        self._carry = carry
        DBOS.launch()  # from within the loop, which DBOS then runs the work on
        await DBOS.register_queue_async(
            QUEUE,
            worker_concurrency=self._at_once,
            polling_interval_sec=self._look_seconds,
            on_conflict="always_update",
        )

    async def submit(self, key: str, job: str) -> None:
        with SetWorkflowID(key):
            await DBOS.enqueue_workflow_async(QUEUE, self._carry, job)

    async def over(self, keys: Sequence[str]) -> set[str]:
        found = await DBOS.list_workflows_async(workflow_ids=list(keys), load_input=False, load_output=False)
        return set(keys) - {one.workflow_id for one in found if one.status not in OVER}

    async def adopt(self, executor: str) -> int:
        left = await DBOS.list_workflows_async(
            executor_id=executor, status="PENDING", load_input=False, load_output=False
        )
        if left:
            await DBOS.resume_workflows_async([one.workflow_id for one in left], queue_name=QUEUE)
        return len(left)

    async def sweep(self, most: int) -> int:
        spent = await DBOS.list_workflows_async(status=list(OVER), limit=most, load_input=False, load_output=False)
        if spent:
            await DBOS.delete_workflows_async([one.workflow_id for one in spent])
        return len(spent)

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="dbos-close") as closing:
            await loop.run_in_executor(closing, lambda: DBOS.destroy(destroy_registry=True))
        loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))  # DBOS had put its own there


class Json(Serializer):
    """Ids and nothing else go through here, and never a pickle."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "dashgraph_json"
