"""Where deliveries go and whom they are for, as inputs. Of the kinds there are, just one is given."""

from typing import Any

import strawberry
from strawberry import UNSET

from dashgraph.domain import targets
from dashgraph.domain.ids import Kind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import MOST_RECIPIENTS
from dashgraph.graph.changes.declare import of_kind
from dashgraph.graph.filters import clean
from dashgraph.graph.scalars import EmailAddress

ID = "The id of a target that there is, whose secrets stay unless others are given. None for a new one."


def field(description: str, **more: Any) -> Any:
    return strawberry.field(default=UNSET, description=description, **more)


@strawberry.input(one_of=True, description="Whom an e-mail is for: just one of these.")
class RecipientInput:
    user: strawberry.ID | None = field("A user, who sees the dashboard.", name="userId")
    group: strawberry.ID | None = field("A group; its members count when it is sent.", name="groupId")
    address: EmailAddress | None = field(
        "A plain address. The schedule or alert must be owned by the owner of the dashboard, or by an administrator."
    )

    def wanted(self) -> targets.Recipient:
        if self.user:
            return targets.Recipient(user=of_kind(self.user, (Kind.USER,)))
        if self.group:
            return targets.Recipient(group=of_kind(self.group, (Kind.GROUP,)))
        return targets.Recipient(address=clean(self.address or ""))


@strawberry.input(description="People, by e-mail.")
class EmailTargetInput:
    id: strawberry.ID | None = field(ID)
    recipients: list[RecipientInput] = strawberry.field(description=f"Whom it is for, 1 to {MOST_RECIPIENTS}.")

    def wanted(self) -> targets.Target:
        return targets.EmailTarget(id=_id(self.id), recipients=tuple(one.wanted() for one in self.recipients))


@strawberry.input(description="A Slack channel, by an incoming webhook. It carries the text and a link, no file.")
class SlackWebhookTargetInput:
    id: strawberry.ID | None = field(ID)
    url: str | None = field("The address of the webhook. A secret: it is never shown again.")

    def wanted(self) -> targets.Target:
        return targets.SlackWebhookTarget(id=_id(self.id), url=_secret(self.url))


@strawberry.input(description="A Slack channel, by a bot, with the file.")
class SlackChannelTargetInput:
    id: strawberry.ID | None = field(ID)
    channel: str = strawberry.field(description="The id of the channel, like C0123456789.")
    token: str | None = field("The token of the bot, which is in the channel. It is never shown again.")

    def wanted(self) -> targets.Target:
        return targets.SlackChannelTarget(id=_id(self.id), channel=clean(self.channel), token=_secret(self.token))


@strawberry.input(description="An address on the web that the delivery is posted to, signed.")
class WebhookTargetInput:
    id: strawberry.ID | None = field(ID)
    url: str = strawberry.field(description="The address, without a password in it.")
    key: str | None = field("The key to sign with, by which the receiver knows us. It is never shown again.")

    def wanted(self) -> targets.Target:
        return targets.WebhookTarget(id=_id(self.id), url=clean(self.url), key=_secret(self.key))


@strawberry.input(description="A folder of a server.")
class SftpTargetInput:
    id: strawberry.ID | None = field(ID)
    host: str = strawberry.field(description="The name of the server.")
    port: int = strawberry.field(default=22, description="The port.")
    user: str = strawberry.field(description="Whom to sign in as.")
    folder: str = strawberry.field(description="The folder, which must be there already.")
    host_key: str = strawberry.field(
        description="The public key of the server, as in a line of known_hosts; another server is not trusted."
    )
    password: str | None = field("The password to sign in with. It is never shown again.")
    private_key: str | None = field("The private key to sign in with. It is never shown again.")

    def wanted(self) -> targets.Target:
        return targets.SftpTarget(
            id=_id(self.id),
            host=clean(self.host),
            port=self.port,
            user=clean(self.user),
            folder=clean(self.folder),
            host_key=clean(self.host_key),
            password=_secret(self.password),
            private_key=_secret(self.private_key),
        )


@strawberry.input(description="A container of Azure Blob Storage.")
class AzureBlobTargetInput:
    id: strawberry.ID | None = field(ID)
    account_url: str = strawberry.field(description="The address of the account.")
    container: str = strawberry.field(description="The container, which must be there already.")
    prefix: str = strawberry.field(default="", description="What the names of the blobs begin with.")
    credential: str | None = field("A shared access signature or an account key. It is never shown again.")

    def wanted(self) -> targets.Target:
        return targets.AzureBlobTarget(
            id=_id(self.id),
            account_url=clean(self.account_url),
            container=clean(self.container),
            prefix=clean(self.prefix),
            credential=_secret(self.credential),
        )


@strawberry.input(
    one_of=True,
    description="Where deliveries go: just one of these. All but users and groups by e-mail need the right of the "
    "owner of the dashboard, or of an administrator.",
)
class DeliveryTargetInput:
    email: EmailTargetInput | None = field("People, by e-mail.")
    slack_webhook: SlackWebhookTargetInput | None = field("A Slack channel, by an incoming webhook.")
    slack_channel: SlackChannelTargetInput | None = field("A Slack channel, by a bot.")
    webhook: WebhookTargetInput | None = field("An address on the web.")
    sftp: SftpTargetInput | None = field("A folder of a server.")
    azure_blob: AzureBlobTargetInput | None = field("A container of Azure Blob Storage.")

    def wanted(self) -> targets.Target:
        kinds = (self.email, self.slack_webhook, self.slack_channel, self.webhook, self.sftp, self.azure_blob)
        target: targets.Target = next(one for one in kinds if one).wanted()
        return target


def _id(text: str | None) -> str | None:
    return clean(text) if text else None


def _secret(text: str | None) -> Secret | None:
    return Secret(clean(text)) if text else None
