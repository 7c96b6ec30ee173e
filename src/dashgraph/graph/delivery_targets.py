"""Where the deliveries of a schedule or an alert go. Of secrets only whether there is one is told."""

from typing import Any

import strawberry

from dashgraph.domain import targets
from dashgraph.domain.groups import GROUP
from dashgraph.domain.targets import MOST_RECIPIENTS, TargetKind
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.groups import Group
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shows
from dashgraph.graph.scalars import EmailAddress
from dashgraph.graph.users import User


def held(name: str, *, description: str) -> Any:
    """A field that tells whether there is a secret."""

    def resolver(self: Any) -> bool:
        return name in self.thing.held

    return strawberry.field(resolver=resolver, description=description)


@strawberry.type(description="Whom an e-mail is for: one of a user, a group and a plain address.")
class DeliveryRecipient:
    thing: strawberry.Private[targets.Recipient]
    loaders: strawberry.Private[Loaders]

    user: User | None = to_one(USER, "user", description="The user; null for anything else.")
    group: Group | None = to_one(
        GROUP, "group", description="The group, whose members count when it is sent; null for anything else."
    )
    address: EmailAddress | None = fact("address", description="The plain address; null for anything else.")


@strawberry.interface(description="Where the deliveries of a schedule or an alert go.")
class DeliveryTarget:
    thing: strawberry.Private[Any]
    loaders: strawberry.Private[Loaders]

    @strawberry.field(description="Its id within the schedule or alert: give it back in `targets` to keep its secrets.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.thing.id)

    @strawberry.field(description="What kind of place it is.")
    def kind(self) -> TargetKind:
        kind: TargetKind = self.thing.KIND
        return kind


@shows(targets.EmailTarget)
@strawberry.type(description="People, by e-mail: a message for each, who does not see the others.")
class EmailTarget(DeliveryTarget):
    @strawberry.field(description=f"Whom it is for; at most {MOST_RECIPIENTS}, so without pages.")
    def recipients(self) -> list[DeliveryRecipient]:
        return [DeliveryRecipient(thing=one, loaders=self.loaders) for one in self.thing.recipients]


@shows(targets.SlackWebhookTarget)
@strawberry.type(description="A Slack channel, by an incoming webhook: the text and a link, no file.")
class SlackWebhookTarget(DeliveryTarget):
    has_url: bool = held("url", description="Whether the address of the webhook is kept, which is a secret itself.")


@shows(targets.SlackChannelTarget)
@strawberry.type(description="A Slack channel, by a bot, with the file.")
class SlackChannelTarget(DeliveryTarget):
    channel: str = fact("channel", description="The id of the channel, like C0123456789.")
    has_token: bool = held("token", description="Whether the token of the bot is kept.")


@shows(targets.WebhookTarget)
@strawberry.type(description="An address on the web that the delivery is posted to, signed.")
class WebhookTarget(DeliveryTarget):
    url: str = fact("url", description="The address.")
    has_key: bool = held("key", description="Whether the key to sign with is kept.")


@shows(targets.SftpTarget)
@strawberry.type(description="A folder of a server.")
class SftpTarget(DeliveryTarget):
    host: str = fact("host", description="The name of the server.")
    port: int = fact("port", description="The port; 22 as a rule.")
    user: str = fact("user", description="Whom to sign in as.")
    folder: str = fact("folder", description="The folder, which is there already.")
    host_key: str = fact("host_key", description="The public key of the server; another server is not trusted.")
    has_password: bool = held("password", description="Whether a password is kept.")
    has_private_key: bool = held("private_key", description="Whether a private key is kept.")


@shows(targets.AzureBlobTarget)
@strawberry.type(description="A container of Azure Blob Storage.")
class AzureBlobTarget(DeliveryTarget):
    account_url: str = fact("account_url", description="The address of the account.")
    container: str = fact("container", description="The container, which is there already.")
    prefix: str = fact("prefix", description="What the names of the blobs begin with; empty for nothing.")
    has_credential: bool = held("credential", description="Whether the credential is kept.")


TYPES = [EmailTarget, SlackWebhookTarget, SlackChannelTarget, WebhookTarget, SftpTarget, AzureBlobTarget]
