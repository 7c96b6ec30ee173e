"""Where a delivery goes, and whom it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.secrets import Secret

MOST_TARGETS = 10  # of one schedule
MOST_RECIPIENTS = 500  # of one target, groups counted once
MOST_ADDRESSES = 2000  # that one delivery reaches, once groups are expanded


class TargetKind(StrEnum):
    EMAIL = "email"
    SLACK_WEBHOOK = "slack_webhook"
    SLACK_CHANNEL = "slack_channel"
    WEBHOOK = "webhook"
    SFTP = "sftp"
    AZURE_BLOB = "azure_blob"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an e-mail is for: a user, a group (its members when it is sent) or a plain address."""

    user: ResourceId | None = None
    group: ResourceId | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Base of every target. `id` is None until it is stored.

    `SECRETS` names the fields that are sealed at rest, one of which is needed at the least. They can be written, and
    never be read through the graph; `held` names those that a stored target has. A target that comes in with the id
    of a stored one and without secrets keeps its own, unless a field of `SHOWN_TO` has changed: whoever changes where
    a secret is shown could have it shown to himself.
    """

    KIND: ClassVar[TargetKind]
    SECRETS: ClassVar[tuple[str, ...]] = ()
    SHOWN_TO: ClassVar[tuple[str, ...]] = ()

    id: str | None = None
    held: tuple[str, ...] = ()

    @property
    def secrets(self) -> dict[str, Secret]:
        """Those that came with it."""
        given = {name: getattr(self, name) for name in self.SECRETS}
        return {name: secret for name, secret in given.items() if secret is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailTarget(Target):
    KIND = TargetKind.EMAIL

    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWebhookTarget(Target):
    """An incoming webhook, whose address is itself the secret. It can carry text and links, no files."""

    KIND = TargetKind.SLACK_WEBHOOK
    SECRETS = ("url",)

    url: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannelTarget(Target):
    """A channel that a bot posts to, with the file."""

    KIND = TargetKind.SLACK_CHANNEL
    SECRETS = ("token",)

    channel: str  # the id of the channel, C0123456789
    token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTarget(Target):
    """An address that the delivery is posted to, signed with the key."""

    KIND = TargetKind.WEBHOOK
    SECRETS = ("key",)

    url: str
    key: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpTarget(Target):
    """A folder on a server. `host_key` is the line of known_hosts, without which no server is trusted."""

    KIND = TargetKind.SFTP
    SECRETS = ("password", "private_key")
    SHOWN_TO = ("host", "port", "host_key")

    host: str
    user: str
    folder: str
    host_key: str
    port: int = 22
    password: Secret | None = None
    private_key: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureBlobTarget(Target):
    """A container of blobs. The credential is a shared access signature or an account key."""

    KIND = TargetKind.AZURE_BLOB
    SECRETS = ("credential",)
    SHOWN_TO = ("account_url",)

    account_url: str
    container: str
    prefix: str = ""
    credential: Secret | None = None


TARGETS: Mapping[TargetKind, type[Target]] = {
    target.KIND: target
    for target in (EmailTarget, SlackWebhookTarget, SlackChannelTarget, WebhookTarget, SftpTarget, AzureBlobTarget)
}


def settings_of(target: Target) -> dict[str, Any]:
    """What is stored of a target in clear: all but its secrets and whom it is for."""
    apart = {"id", "recipients", *target.SECRETS}
    return {one.name: getattr(target, one.name) for one in fields(target) if one.name not in apart}


def restored(
    kind: TargetKind, native: str, settings: Mapping[str, Any], recipients: Sequence[Recipient] = ()
) -> Target:
    """A target as it was stored, without its secrets."""
    whom: dict[str, Any] = {"recipients": tuple(recipients)} if kind is TargetKind.EMAIL else {}
    return TARGETS[kind](id=native, **{**settings, "held": tuple(settings.get("held", ()))}, **whom)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to deliver."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is delivered. `key` is the same however often it is tried: who receives it can tell a repetition.

    `facts` are what programs want to know: ids, names and moments, as JSON.
    """

    key: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    inline: Attachment | None = None  # a picture that stands in the message itself
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of one delivery to one recipient or place.

    `delivered` with what the server `answered`; else `retry` says whether trying again can help.
    """

    recipient: str
    delivered: bool
    answer: str
    retry: bool = False
