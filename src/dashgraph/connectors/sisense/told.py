"""What Sisense means by its refusals: its own numbers say more than the status of HTTP."""

from http import HTTPStatus

from dashgraph.domain.problems import BadInput, Conflict, Forbidden, NotFound, Problem
from dashgraph.sources.rest.answers import Answer
from dashgraph.sources.rest.told import Told

MEANINGS: dict[str, type[Problem]] = {
    "202": NotFound,
    "300": BadInput,
    "601": BadInput,
    "2001": NotFound,
    "2003": BadInput,
    "2004": Conflict,
    "2006": Conflict,
    "2007": Conflict,
    "2009": BadInput,
    "7501": Conflict,
    "22003": Conflict,
    "22006": NotFound,
    "23001": Forbidden,
    "23003": NotFound,
    "23004": Conflict,
    "23005": NotFound,
    "23006": NotFound,
}


def told(answer: Answer) -> Told | None:
    """`{error: {code, message}}`, sometimes `{message}`, sometimes text; a wrong id is a 422 without a word."""
    if not answer.body.strip():
        return Told(problem=NotFound) if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY else None
    if answer.content_type == "text/plain":
        return Told(message=answer.text)
    body = answer.json()
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    said = error if isinstance(error, dict) else body
    code, message = said.get("code"), said.get("message")
    number = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else None
    return Told(number, message if isinstance(message, str) else None, MEANINGS.get(number or ""))
