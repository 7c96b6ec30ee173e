"""Alerts triggered by other systems over plain HTTP, without a word of GraphQL."""

from typing import Any

from aiohttp import web

from dashgraph.app import http
from dashgraph.domain.alert_changes import TriggerAlert
from dashgraph.domain.alerts import ALERT
from dashgraph.domain.changes import Outcome, Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import Problem
from dashgraph.graph.edges import absent
from dashgraph.services.changing import Changing

CHANGING = web.AppKey("changing", Changing)
PATH = "/alerts/{id}/trigger"
KEY = "Idempotency-Key"


async def trigger(request: web.Request) -> web.Response:
    """POST /alerts/<id>/trigger: 202 with the job. The body, if there is one, is what was seen.

    Without a bearer token it is a gateway's word, and then nothing that a page of another site could send.
    """
    try:
        viewer = await http.viewer_of(request, request.app[http.IDENTITY])
        request[http.VIEWER] = viewer
        seen = await _seen(request)
        terms = Terms(idempotency_key=request.headers.get(KEY))
        wish = TriggerAlert(deliverable=_alert(request.match_info["id"]), values=seen)
        facts = _done(await request.app[CHANGING].one(viewer, wish, terms)).facts
    except http.Refused as refused:
        return http.refusal(refused)
    except Problem as problem:
        return http.refusal(http.Refused.of(problem))
    return web.json_response({"job": facts["job"], "skipped": facts["skipped"]}, status=202)


async def _seen(request: web.Request) -> Any:
    """The JSON of the body; None where there is none."""
    empty = request.content_type != http.PLAIN_JSON and not await http.body(request)
    return None if empty else await http.json_body(request)


def _alert(text: str) -> ResourceId:
    one = ResourceId.decode(text)
    if one is None or one.kind is not Kind.ALERT:
        raise absent(ALERT)
    return one


def _done(outcome: Outcome) -> Outcome:
    """The outcome; its problem is raised, without its number among the one that was sent."""
    if outcome.problem is not None:
        outcome.problem.facts.pop("number", None)
        raise outcome.problem
    return outcome
