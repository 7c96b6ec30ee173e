"""What a schedule or an alert and its targets may hold: all that can be said without looking at anything else."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from dashgraph.domain import templates, user_changes
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.domain.targets import (
    MOST_RECIPIENTS,
    MOST_TARGETS,
    AzureBlobTarget,
    EmailTarget,
    SftpTarget,
    SlackChannelTarget,
    SlackWebhookTarget,
    Target,
    TargetKind,
    WebhookTarget,
)

LONGEST_NAME = 200  # characters
LONGEST_SUBJECT = 500
LONGEST_BODY = 20_000
LONGEST_SETTING = 2000
LONGEST_SECRET = 20_000
LONGEST_FILTERS = 50_000  # characters of JSON

CHANNEL = re.compile(r"[A-Z][A-Z0-9]{5,30}")
CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9](-?[a-z0-9])+")
HOST_KEY = re.compile(r"(^|\s)(ssh|ecdsa|sk)-[a-z0-9@.-]+\s+AAAA[A-Za-z0-9+/]+={0,2}(\s|$)", re.MULTILINE)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NAMES = {
    TargetKind.EMAIL: "an e-mail",
    TargetKind.SLACK_WEBHOOK: "a Slack webhook",
    TargetKind.SLACK_CHANNEL: "a Slack channel",
    TargetKind.WEBHOOK: "a webhook",
    TargetKind.SFTP: "an SFTP server",
    TargetKind.AZURE_BLOB: "Azure Blob Storage",
}
# A webhook of Slack carries a message and no file; folders and containers hold files and no message.
UNFIT = {
    TargetKind.SLACK_WEBHOOK: (
        set(DeliveryFormat) - {DeliveryFormat.INLINE},
        "carries no files; choose INLINE, which sends it the message with a link, or post by a bot to a Slack channel",
    ),
    TargetKind.SFTP: ({DeliveryFormat.INLINE}, "takes files and no messages; choose PDF, PNG, CSV or XLSX"),
    TargetKind.AZURE_BLOB: ({DeliveryFormat.INLINE}, "takes files and no messages; choose PDF, PNG, CSV or XLSX"),
}


def name(text: str | None) -> str:
    found = user_changes.name(text, "name", longest=LONGEST_NAME)
    if found is None:
        message = "It has a name, which its deliveries are called by."
        raise BadInput(message, argument="name")
    return found


def text(given: str | None, argument: str) -> str | None:
    """A template; a blank one is none."""
    longest = LONGEST_SUBJECT if argument == "subject" else LONGEST_BODY
    if given is not None and len(given) > longest:
        message = f"{argument} has {len(given)} characters; at most {longest} are kept."
        raise TooMuch(message, argument=argument)
    return given if given and given.strip() else None


def unknown_variables(*texts: str | None) -> list[str]:
    """What stands in the templates like a variable and is none, each once."""
    return list(dict.fromkeys(one for found in texts if found is not None for one in templates.unknown(found)))


def filters(value: object) -> str | None:
    """The JSON text that is kept of the presets; None for none."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        message = "filters is a JSON object, or null."
        raise BadInput(message, argument="filters")
    found = json.dumps(value, separators=(",", ":"))
    if len(found) > LONGEST_FILTERS:
        message = f"filters has {len(found)} characters as JSON; at most {LONGEST_FILTERS} are kept."
        raise TooMuch(message, argument="filters")
    return found


def fits(wanted: DeliveryFormat, kinds: Sequence[TargetKind]) -> None:
    """Refuse a format that one of the targets cannot carry."""
    for kind in kinds:
        unfit, reason = UNFIT.get(kind, (set(), ""))
        if wanted in unfit:
            message = f"{wanted.name} cannot go to {NAMES[kind]}, which {reason}."
            raise BadInput(message, argument="format")


def targets(given: Sequence[Target] | None) -> Sequence[Target]:
    """Targets that can be kept. Whether their secrets are there is for who knows what is stored."""
    if not given:
        message = "It needs a target to deliver to; give one in `targets`."
        raise BadInput(message, argument="targets")
    if len(given) > MOST_TARGETS:
        message = f"It has at most {MOST_TARGETS} targets; make another one for more."
        raise TooMuch(message, argument="targets")
    for number, target in enumerate(given, start=1):
        _check(target, f"Target {number}, {NAMES[target.KIND]}")
    named = [target.id for target in given if target.id is not None]
    if len(named) != len(set(named)):
        raise _unfit("Two targets have the same id; a new one has none")
    return given


def _check(target: Target, which: str) -> None:
    _check_texts(target, which)
    if isinstance(target, EmailTarget):
        _check_recipients(target, which)
    elif isinstance(target, WebhookTarget):
        _check_address(target.url, which)
    elif isinstance(target, SlackWebhookTarget) and target.url is not None:
        _check_address(target.url.text, which)
    elif isinstance(target, SlackChannelTarget) and not CHANNEL.fullmatch(target.channel):
        raise _unfit(f"{which}: `{target.channel}` is not the id of a channel; it looks like C0123456789")
    elif isinstance(target, SftpTarget):
        _check_server(target, which)
    elif isinstance(target, AzureBlobTarget):
        _check_address(target.account_url, which)
        if not CONTAINER.fullmatch(target.container):
            raise _unfit(f"{which}: a container has 3 to 63 small letters, digits and single hyphens")


def _check_texts(target: Target, which: str) -> None:
    for field in target.__dataclass_fields__:
        value: Any = getattr(target, field)
        control = field != "host_key" and isinstance(value, str) and CONTROL.search(value)
        if control or (isinstance(value, str) and len(value) > LONGEST_SETTING):
            raise _unfit(f"{which}: {field} is too long, or holds line breaks or control characters")
    for secret in target.secrets.values():
        if not 0 < len(secret.text) <= LONGEST_SECRET:
            raise _unfit(f"{which}: a secret has 1 to {LONGEST_SECRET} characters")


def _check_server(target: SftpTarget, which: str) -> None:
    if not target.host or any(c.isspace() or c in "/@" for c in target.host) or not 0 < target.port < 1 << 16:
        raise _unfit(f"{which}: give the plain name of the host, and a port from 1 to 65535")
    if not target.user or not target.folder:
        raise _unfit(f"{which}: give the user to sign in as, and the folder (`.` for the one signed in to)")
    if not HOST_KEY.search(target.host_key):
        raise _unfit(f"{which}: hostKey is the key of the server, like `ssh-ed25519 AAAAC3…`; see ssh-keyscan")


def _check_recipients(target: EmailTarget, which: str) -> None:
    if not 0 < len(target.recipients) <= MOST_RECIPIENTS:
        raise _unfit(f"{which}: it is for 1 to {MOST_RECIPIENTS} recipients; put more of them into a group")
    for one in target.recipients:
        if one.address is not None:
            user_changes.address(one.address, "targets")


def _check_address(url: str, which: str) -> None:
    """A web address without a name or a password in it, which everybody could read."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"https", "http"} and parts.hostname and not parts.fragment
        hidden = parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        whole = hidden = False
    if not (whole and hidden):
        raise _unfit(f"{which}: give a whole address, like https://hooks.example.com/x, with no password in it")


def _unfit(message: str) -> BadInput:
    return BadInput(f"{message}.", argument="targets")
