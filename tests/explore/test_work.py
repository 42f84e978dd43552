"""Computations wait for those of the same program alone, and are not begun for nobody."""

import asyncio
import threading

from starlette.responses import Response

from jaxwire.explore.work import GONE, Desk


class Asker:
    """A request whose asker waits."""

    is_gone = False

    async def is_disconnected(self):
        return self.is_gone


class Leaver(Asker):
    """One whose asker has left."""

    is_gone = True


def test_what_nobody_waits_for_is_not_computed():
    computed = []
    answer = asyncio.run(Desk().answer(Leaver(), "program", lambda: computed.append(1)))
    assert isinstance(answer, Response) and answer.status_code == GONE and computed == []
    assert asyncio.run(Desk().answer(Asker(), "program", lambda: "answered")) == "answered"


def test_another_program_does_not_wait_and_the_same_one_does():
    compiled, order = threading.Event(), []

    async def ask():
        desk = Desk()

        def slow():
            assert compiled.wait(timeout=60)
            order.append("slow")

        first = asyncio.create_task(desk.answer(Asker(), "one", slow))
        same = asyncio.create_task(desk.answer(Asker(), "one", lambda: order.append("same")))
        await asyncio.sleep(0)
        await desk.answer(Asker(), "another", lambda: order.append("another"))
        assert desk.at_work() == ["compiling, once, one (0 s)"]
        compiled.set()
        await asyncio.gather(first, same)
        assert desk.at_work() == []

    asyncio.run(ask())
    assert order == ["another", "slow", "same"]


def test_a_program_that_was_answered_is_not_said_to_be_compiled_again():
    async def ask():
        desk = Desk()
        await desk.answer(Asker(), "one", lambda: None)
        return await desk.answer(Asker(), "one", desk.at_work)

    assert asyncio.run(ask()) == ["computing one (0 s)"]
