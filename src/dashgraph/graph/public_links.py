"""The links by which anybody sees a dashboard, which only some systems have."""

from datetime import datetime
from typing import Self

import strawberry

from dashgraph.domain import public_links
from dashgraph.graph.scalars import URL, EmailAddress


@strawberry.type(description="That a link has a password, and where it came from. What it is, nobody is told any more.")
class PublicLinkPassword:
    id: str = strawberry.field(description="What names it in `removePublicLinkPassword`.")
    note: str | None = strawberry.field(description="What somebody noted about it.")
    created_at: datetime | None = strawberry.field(description="When it was made.")
    created_by_email: EmailAddress | None = strawberry.field(description="The address of who made it.")


@strawberry.type(
    description="The address by which anybody who has it sees a dashboard, without signing in. The address itself "
    "opens the dashboard: it is told to the owner, editors and administrators."
)
class PublicLink:
    enabled: bool = strawberry.field(description="Whether it opens the dashboard.")
    url: URL | None = strawberry.field(description="The address; null while it is not enabled.")
    password_required: bool = strawberry.field(description="Whether one of the passwords is asked for.")
    passwords: list[PublicLinkPassword] = strawberry.field(description="Which passwords there are, not what they are.")

    @classmethod
    def of(cls, link: public_links.PublicLink | None) -> Self | None:
        if link is None:
            return None
        passwords = [
            PublicLinkPassword(
                id=one.id,
                note=one.note,
                created_at=one.created_at,
                created_by_email=None if one.created_by_email is None else EmailAddress(one.created_by_email),
            )
            for one in link.passwords
        ]
        return cls(
            enabled=link.enabled,
            url=None if link.url is None else URL(link.url),
            password_required=link.password_required,
            passwords=passwords,
        )
