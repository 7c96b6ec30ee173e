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
        """Whoever has this address; None when nobody has. Raises Forbidden, as `persons` tells it."""
        address = same_address(email)
        found = (await self.persons(viewer, [address])).get(address)
        if isinstance(found, Problem):
            raise found
        return found

    async def persons(self, viewer: Viewer, addresses: Sequence[str]) -> Mapping[str, Person | Problem]:
        """Whoever has these addresses. One question to each source.

        Administrators ask about anybody, others about themselves: about the others nobody is asked.
        """
        viewer.require(ACCOUNT.scope)
        mine = same_address(viewer.email) if viewer.email else None
        allowed = [address for address in addresses if viewer.is_admin or address == mine]
        found: dict[str, Person | Problem] = {}
        if len(allowed) < len(addresses):
            message = "Only administrators ask about others; ask about your own e-mail address."
            found = dict.fromkeys(addresses, Forbidden(message))
        asked = {source.name: allowed for source in self._fleet.named(None)} if allowed else {}
        answers = (await self._accounts(viewer, asked)).values()
        problems = [told for told in answers if isinstance(told, Problem)]
        for address in allowed:
            found.pop(address, None)
            accounts = [told[address] for told in answers if not isinstance(told, Problem) and address in told]
            if accounts or problems:
                found[address] = Person(address, accounts, problems)
        return found

    async def accounts(self, viewer: Viewer, addresses: Sequence[str]) -> Mapping[str, User | Problem]:
        """For each address the account in the first source that has one, in the order of the configuration.

        A source is asked for those that none before it had. One that fails costs these: they may be in it.
        """
        viewer.require(ACCOUNT.scope)
        found: dict[str, User | Problem] = {}
        for source in self._fleet.named(None):
            missing = [address for address in addresses if address not in found]
            if missing:
                told = (await self._accounts(viewer, {source.name: missing}))[source.name]
                found |= dict.fromkeys(missing, told) if isinstance(told, Problem) else told
        return found

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
            ACCOUNT.name,
            self._fleet.named(list(asked)),
            lambda source: source.things(viewer, ACCOUNT, list(dict.fromkeys(asked[source.name]))),
        )
        return {source.name: told for source, told in answers}
