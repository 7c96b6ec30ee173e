"""Operations of one connection take turns, and nobody waits long for one that waits itself."""

import asyncio

from dashgraph.app.turns import Turns

LATE = 30  # seconds: far more than any of this takes


async def test_a_turn_is_free_again_when_one_ends() -> None:
    turns = Turns(most=2, seconds=LATE)
    first, _ = await turns.turn(), await turns.turn()
    third = asyncio.ensure_future(turns.turn())
    assert not (await asyncio.wait([third], timeout=0))[0]

    first.close()
    first.close()
    await asyncio.wait_for(third, LATE)

    fourth = asyncio.ensure_future(turns.turn())
    assert not (await asyncio.wait([fourth], timeout=0))[0], "it was given back twice, and is one"
    fourth.cancel()


async def test_who_takes_long_gives_its_turn_to_the_next() -> None:
    turns = Turns(most=1, seconds=0)
    async with asyncio.timeout(LATE):
        with await turns.turn(), await turns.turn(), await turns.turn():
            pass
