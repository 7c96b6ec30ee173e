"""Public links of dashboards, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import public_links
from dashgraph.domain.ids import Kind
from dashgraph.domain.secrets import Secret
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation
from dashgraph.graph.public_links import PublicLink

WHO = "The owner and administrators."


@strawberry.input
class OfLinkInput(ChangeInput):
    KINDS = {"dashboard": (Kind.DASHBOARD,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")


@strawberry.input(description="Let anybody with the link see a dashboard, or not any more.")
class SetPublicLinkInput(OfLinkInput):
    CHANGE = public_links.SetPublicLink

    enabled: bool = strawberry.field(description="Whether the link opens it from now on.")
    password_required: bool | None = strawberry.field(
        default=UNSET, description="Whether one of its passwords is asked for. Left out, it stays as it is."
    )


@strawberry.input(description="Give the link of a dashboard another address.")
class RotatePublicLinkInput(OfLinkInput):
    CHANGE = public_links.RotatePublicLink


@strawberry.input(description="Add a password to the link of a dashboard.")
class AddPublicLinkPasswordInput(OfLinkInput):
    CHANGE = public_links.AddPublicLinkPassword

    password: str | None = strawberry.field(
        default=UNSET, description="The password. Left out, the system makes one and `password` tells it."
    )
    note: str | None = strawberry.field(default=UNSET, description="For people, such as whom it is for.")

    def change(self) -> public_links.AddPublicLinkPassword:
        values = self._values()
        password = values.pop("password", None)
        return public_links.AddPublicLinkPassword(password=Secret(password) if password else None, **values)


@strawberry.input(description="Take a password of the link of a dashboard away.")
class RemovePublicLinkPasswordInput(OfLinkInput):
    CHANGE = public_links.RemovePublicLinkPassword

    password_id: str = strawberry.field(description="The id of the password, as `PublicLink.passwords` has it.")


@strawberry.type
class OfLinkPayload(Payload):
    @strawberry.field(description="The link as it is now.")
    def public_link(self) -> PublicLink | None:
        return PublicLink.of(self.outcome.thing)


@strawberry.type(description="What came of `setPublicLink`.")
class SetPublicLinkPayload(OfLinkPayload):
    pass


@strawberry.type(description="What came of `rotatePublicLink`.")
class RotatePublicLinkPayload(OfLinkPayload):
    pass


@strawberry.type(description="What came of `addPublicLinkPassword`.")
class AddPublicLinkPasswordPayload(OfLinkPayload):
    @strawberry.field(
        description="The password, for you to pass on. Told once: null in a dry run and when the same key is sent "
        "again."
    )
    def password(self) -> str | None:
        found = self.outcome.facts.get("password")
        return found.text if isinstance(found, Secret) else None


@strawberry.type(description="What came of `removePublicLinkPassword`.")
class RemovePublicLinkPasswordPayload(OfLinkPayload):
    pass


@strawberry.type
class PublicLinkMutations:
    set_public_link: SetPublicLinkPayload = mutation(
        SetPublicLinkInput,
        SetPublicLinkPayload,
        description="Let anybody with the link see a dashboard, or not any more. Enabled again it may have another "
        f"address. {WHO}",
    )
    rotate_public_link: RotatePublicLinkPayload = mutation(
        RotatePublicLinkInput,
        RotatePublicLinkPayload,
        description=f"Give the link of a dashboard another address; the one so far opens nothing any more. {WHO}",
    )
    add_public_link_password: AddPublicLinkPasswordPayload = mutation(
        AddPublicLinkPasswordInput,
        AddPublicLinkPasswordPayload,
        description=f"Add a password to the link of a dashboard; each of them opens it. {WHO}",
    )
    remove_public_link_password: RemovePublicLinkPasswordPayload = mutation(
        RemovePublicLinkPasswordInput,
        RemovePublicLinkPasswordPayload,
        description=f"Take a password of the link of a dashboard away; the others go on. {WHO}",
    )
