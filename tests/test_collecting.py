"""Garbage that waits in circles is found between answers."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from dashgraph.app.collecting import FULL, OLDER, YOUNG, keep_collecting


class Enough(Exception):
    """Of looking."""


class Circle:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def _nothing_by_itself() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def looked(times: int) -> None:
    left = times

    async def wait(_seconds: float) -> None:
        nonlocal left
        if left == 0:
            raise Enough
        left -= 1

    with pytest.raises(Enough):
        await keep_collecting(wait=wait)


@pytest.mark.usefixtures("_nothing_by_itself")
async def test_a_little_waits_and_much_does_not() -> None:
    one = weakref.ref(Circle())
    await looked(1)
    assert one() is not None

    many = [Circle() for _ in range(YOUNG)]
    del many
    await looked(1)
    assert one() is None


@pytest.mark.usefixtures("_nothing_by_itself")
async def test_what_outlived_a_look_is_found_later() -> None:
    one, many = Circle(), [Circle() for _ in range(YOUNG)]
    await looked(1)
    gone = weakref.ref(one)
    del one, many
    await looked(OLDER)
    assert gone() is None


@pytest.mark.usefixtures("_nothing_by_itself")
async def test_now_and_then_everything_is_looked_through() -> None:
    one = weakref.ref(Circle())
    gc.freeze()  # what is there stays
    later = weakref.ref(Circle())
    await looked(FULL)
    gc.unfreeze()
    assert later() is None
    assert one() is not None
