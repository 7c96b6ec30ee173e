"""Who is who in several sources: accounts with the same e-mail address are of one person, and stay separate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashgraph.domain.problems import Forbidden, Problem
from dashgraph.domain.users import ACCOUNT, USER, User, same_address
from dashgraph.domain.viewers import Viewer
from dashgraph.sources.fleet import Fleet


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, with one account at most in each source. `problems` are of the sources that did not answer."""

    email: str
    accounts: Sequence[User]
    problems: Sequence[Problem]


class People:
    """Rights never follow from an address: each source shows what it shows of the account in it."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def same_as(self, viewer: Viewer, users: Sequence[User]) -> Mapping[User, Sequence[User | Problem]]:
        """For each user the accounts with the same address in the other sources. One question to each source.

        In place of what a source would have told stands its problem.
        """
        viewer.require(ACCOUNT.scope)
        found: dict[User, list[User | Problem]] = {user: [] for user in users}
        names = [source.name for source in self._fleet.named(None)]
        elsewhere = {name: [user for user in users if user.id.source != name and user.email] for name in names}
        asked = {name: [same_address(user.email) for user in its] for name, its in elsewhere.items() if its}
        for name, told in (await self._accounts(viewer, asked)).items():
            for user in elsewhere[name]:
                account = told if isinstance(told, Problem) else told.get(same_address(user.email))
                if account is not None:
                    found[user].append(account)
        return found

    async def person(self, viewer: Viewer, email: str) -> Person | None:
        """Whoever has this address; None when nobody has. Administrators ask about anybody, others about themselves.

        Raises Forbidden, before anybody is asked.
        """
        viewer.require(ACCOUNT.scope)
        address = same_address(email)
        if not viewer.is_admin and not (viewer.email and same_address(viewer.email) == address):
            message = "Only administrators ask about others; ask about your own e-mail address."
            raise Forbidden(message)
        asked = {source.name: [address] for source in self._fleet.named(None)}
        answers = (await self._accounts(viewer, asked)).values()
        problems = [told for told in answers if isinstance(told, Problem)]
        accounts = [user for told in answers if not isinstance(told, Problem) for user in told.values()]
        return Person(address, accounts, problems) if accounts or problems else None

    async def me(self, viewer: Viewer, name: str) -> User | None:
        """The viewer's own account in a source; None where there is none, or none that is clearly theirs."""
        viewer.require(ACCOUNT.scope)
        [source] = self._fleet.named([name])
        native = viewer.native_in(name)
        if native is not None:
            return (await source.things(viewer, USER, [native])).get(native)
        if not viewer.email:
            return None
        address = same_address(viewer.email)
        return (await source.things(viewer, ACCOUNT, [address])).get(address)

    async def _accounts(
        self, viewer: Viewer, asked: Mapping[str, Iterable[str]]
    ) -> Mapping[str, Mapping[str, User] | Problem]:
        """For each source that is named the accounts with these addresses, or why it cannot tell."""
        answers = await self._fleet.each(
            self._fleet.named(list(asked)),
            lambda source: source.things(viewer, ACCOUNT, list(dict.fromkeys(asked[source.name]))),
        )
        return {source.name: told for source, told in answers}
