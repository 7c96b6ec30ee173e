"""How Holistics says no: the shape of a refusal, and which status goes with which type."""

from typing import Any

from aiohttp import web


class Refused(Exception):
    """A request is not carried out. `more` stands beside type and message."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.body = status, {"type": kind, "message": message, **more}
        self.headers: dict[str, str] = {}

    @property
    def answer(self) -> web.Response:
        return web.json_response(self.body, status=self.status)


def no_key(message: str = "The API key is missing or not valid") -> Refused:
    return Refused(401, "AuthError", message)


def not_allowed(message: str = "You do not have permission to do this") -> Refused:
    return Refused(403, "PermissionDeniedError", message)


def nowhere(noun: str) -> Refused:
    return Refused(404, "BaseError", f"{noun} was not found")


def misspelt(message: str) -> Refused:
    """A parameter is missing, or its structure is wrong."""
    return Refused(400, "InvalidParameterError", message)


def impossible(message: str) -> Refused:
    return Refused(422, "InvalidOperationError", message)


def invalid(**record: list[str]) -> Refused:
    """A record cannot be saved; `record` says what is wrong with which field."""
    told = "; ".join(f"{name} {text}" for name, texts in record.items() for text in texts)
    return Refused(422, "RecordError", f"Validation failed: {told}", record=record)


def uninvitable(wrong: list[dict[str, str]]) -> Refused:
    return Refused(422, "InvalidEmailsInvitationError", "Some e-mail addresses cannot be invited", data=wrong)
