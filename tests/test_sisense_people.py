"""Changes of users, groups and folders on a Sisense server, which deletes more than it is told to."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder, FolderDeletion, MoveFolder, RenameFolder
from dashgraph.domain.groups import AddUserToGroup, CreateGroup, DeleteGroup, RemoveUserFromGroup, SetUserGroups
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    InvalidState,
    StillOwns,
)
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.user_changes import (
    ChangeUserRole,
    CreateUser,
    CreateUsers,
    DeleteUser,
    OnOwned,
    SetUserActive,
    UpdateUser,
)
from dashgraph.domain.users import UserStatus
from live_sisense import AGAIN, AMARA, CLAIRE, DRY, JURGEN, NAME, NORA, Changing, claire, opened


@pytest.fixture
async def world() -> AsyncIterator[Changing]:
    async with opened() as (fake, source):
        yield Changing(fake, source)


# users and groups


async def test_a_user_is_made_with_a_role_by_its_name_and_groups(world: Changing) -> None:
    group = world.one(Kind.GROUP, world.group("Planning"))
    change = CreateUser(into=NAME, email="new@tallgrass.example", role="Contributor", first_name="N", groups=(group,))

    dry = await world.do(change, terms=DRY)
    made = await world.do(change)

    assert dry.thing.account.role.native_name == "contributor"
    assert (made.thing.email, made.thing.account.role.kind) == ("new@tallgrass.example", RoleKind.EDITOR)
    assert world.fake.keeping.users[made.thing.id.native]["groups"] == [group.native]
    for wish, problem in (
        (change, Conflict),
        (replace(change, email="x"), BadInput),
        (replace(change, email="y@z.example", role="king"), BadInput),
    ):
        with pytest.raises(problem):
            await world.do(wish)
    with pytest.raises(Forbidden):
        await world.do(replace(change, email="y@z.example"), claire)
    assert world.writes() == ["POST /api/v1/users"]


async def test_many_users_are_made_in_one_request(world: Changing) -> None:
    wishes = tuple(CreateUser(into=NAME, email=f"u{n}@x.example", role="consumer") for n in range(3))
    bad = CreateUser(into=NAME, email=CLAIRE, role="consumer")

    done = await world.do(CreateUsers(into=NAME, users=(*wishes, bad), each=True))
    with pytest.raises(Conflict):
        await world.do(CreateUsers(into=NAME, users=(bad,)))

    assert ["user" in one for one in done.facts["results"]] == [True, True, True, False]
    assert world.writes() == ["POST /api/v1/users/bulk"]


async def test_an_account_is_changed_deactivated_and_given_another_role(world: Changing) -> None:
    ingrid = world.person("ingrid.sorensen@tallgrass.example")

    named = await world.do(UpdateUser(user=ingrid, first_name="Inga"))
    off = await world.do(SetUserActive(user=ingrid, active=False))
    role = await world.do(ChangeUserRole(user=ingrid, role="contributor"))

    assert named.thing.name == "Inga Sørensen"
    assert off.thing.status is UserStatus.INACTIVE
    assert role.thing.account.role.native_name == "contributor"
    with pytest.raises(StillOwns):
        await world.do(ChangeUserRole(user=world.person(CLAIRE), role="consumer"))
    with pytest.raises(Forbidden, match="yourself"):
        await world.do(SetUserActive(user=world.person(NORA), active=False))
    for change in (done.trace.undo[0] for done in (named, off, role) if done.trace):
        await world.do(change)
    assert world.fake.keeping.users[ingrid.native]["active"] is True


@pytest.mark.parametrize("mode", [OnOwned.BLOCK, OnOwned.KEEP])
async def test_a_user_who_owns_something_is_never_deleted(world: Changing, mode: OnOwned) -> None:
    with pytest.raises(StillOwns) as raised:
        await world.do(DeleteUser(user=world.person(CLAIRE), on_owned=mode))

    assert raised.value.count == 5  # four dashboards and the folder that is seen
    assert world.writes() == []


async def test_a_user_is_deleted_when_all_is_handed_over_and_not_before(world: Changing) -> None:
    claire_, heir = world.person(CLAIRE), world.person(JURGEN)
    change = DeleteUser(user=claire_, on_owned=OnOwned.TRANSFER, heir=heir)
    boards = len(world.fake.keeping.boards)
    world.fake.board.switch_on(Wrong.ERROR, on="change_owner", skip=2, status=400, body={"message": "no"})

    with pytest.raises(BadInput):
        await world.do(change)
    assert claire_.native in world.fake.keeping.users
    world.fake.board.switch_off()
    done = await world.do(change, terms=AGAIN)

    assert done.thing.status is UserStatus.DELETED
    assert claire_.native not in world.fake.keeping.users
    assert len(world.fake.keeping.boards) == boards


async def test_who_is_in_a_group_is_written_in_the_user(world: Changing) -> None:
    planning, amara = world.one(Kind.GROUP, world.group("Planning")), world.person(AMARA)
    before = list(world.fake.keeping.users[amara.native]["groups"])

    added = await world.do(AddUserToGroup(user=amara, group=planning))
    again = await world.do(AddUserToGroup(user=amara, group=planning))
    removed = await world.do(RemoveUserFromGroup(user=amara, group=planning))
    set_ = await world.do(SetUserGroups(user=amara, groups=(planning,)))

    assert [one.facts["changed"] for one in (added, again, removed)] == [True, False, True]
    assert set_.facts == {"added": 1, "removed": len(before)}
    assert world.fake.keeping.users[amara.native]["groups"] == [planning.native]
    assert world.writes() == ["PATCH /api/v1/users/*"] * 3


async def test_groups_are_made_and_deleted(world: Changing) -> None:
    made = await world.do(CreateGroup(into=NAME, called="Visitors", mail="visitors@tallgrass.example"))
    gone = await world.do(DeleteGroup(group=world.one(Kind.GROUP, world.group("Dealers"))))

    assert (made.thing.name, made.thing.mail) == ("Visitors", "visitors@tallgrass.example")
    assert gone.facts == {"memberships_removed": 3, "shares_removed": 3}
    with pytest.raises(Conflict):
        await world.do(CreateGroup(into=NAME, called="visitors"))


# folders


async def test_folders_are_made_renamed_moved_and_deleted(world: Changing) -> None:
    made = await world.do(CreateFolder(place=NAME, name="Next year", parent=world.folder("Plans")))
    renamed = await world.do(RenameFolder(folder=made.thing.id, name="The year after"))
    moved = await world.do(MoveFolder(folder=made.thing.id, parent=None))

    assert (made.thing.parent, renamed.thing.name, moved.thing.parent) == (
        world.folder("Plans"),
        "The year after",
        None,
    )
    with pytest.raises(BadInput, match="into itself"):
        await world.do(MoveFolder(folder=world.folder("Plans"), parent=world.folder("This year")))
    with pytest.raises(InvalidState):
        await world.do(DeleteFolder(folder=world.folder("Plans")))
    boards = len(world.fake.keeping.boards)
    moved_out = await world.do(DeleteFolder(folder=world.folder("This year"), mode=FolderDeletion.MOVE_TO_PARENT))
    assert (moved_out.facts["dashboards"], len(world.fake.keeping.boards)) == (2, boards)
    gone = await world.do(DeleteFolder(folder=world.folder("Plans"), mode=FolderDeletion.DELETE_CONTENT))
    assert (gone.facts["dashboards"], len(world.fake.keeping.boards)) == (4, boards - 4)


async def test_a_folder_with_dashboards_of_others_is_not_deleted_with_them(world: Changing) -> None:
    with pytest.raises(Forbidden, match="only the owner"):
        await world.do(DeleteFolder(folder=world.folder("Dealers"), mode=FolderDeletion.DELETE_CONTENT))

    assert world.writes() == []
