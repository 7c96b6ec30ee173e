"""Cancelling jobs, as a mutation."""

import strawberry

from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import CancelJob
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation, thing
from dashgraph.graph.jobs import Job


@strawberry.input(description="Stop a job.")
class CancelJobInput(ChangeInput):
    CHANGE = CancelJob
    KINDS = {"job": (Kind.JOB,)}

    job: strawberry.ID = strawberry.field(name="jobId", description="The job.")


@strawberry.type(description="What came of `cancelJob`.")
class CancelJobPayload(Payload):
    job: Job | None = thing(
        description="The job: CANCELLED when it was waiting; when it runs, still RUNNING until its next step."
    )


@strawberry.type
class JobMutations:
    cancel_job: CancelJobPayload = mutation(
        CancelJobInput,
        CancelJobPayload,
        description="Stop a job that is not over. What it has done already stays done. Whoever sees the job.",
    )
