"""The word to stop comes through, wherever the waiting is interrupted."""

import itertools
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from pipectl.stop import Stop


def interrupted(do: Callable[[], object], after: int) -> bool:
    """Whether Ctrl-C came, when it was pressed after so many steps of Python code"""
    steps = itertools.count(1)
    before = sys.gettrace()

    def trace(_frame: FrameType, _event: str, _argument: object) -> Any:
        if next(steps) == after:
            raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        do()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_an_interrupt_anywhere_in_the_waiting_does_not_hold_up_the_stop() -> None:
    for after in itertools.count(1):
        stop = Stop()
        came = interrupted(lambda stop=stop: stop.wait(0), after)  # type: ignore[misc]
        saying = threading.Thread(target=stop.set, daemon=True)
        saying.start()
        saying.join(10)
        assert not saying.is_alive(), f"interrupted after {after} steps, it cannot be stopped"
        assert stop.wait(0)
        if not came:
            break
    assert after > 3


def test_everybody_who_waits_hears_it() -> None:
    stop = Stop()
    heard: list[bool] = []
    waiting = [threading.Thread(target=lambda: heard.append(stop.wait(10))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    stop.set()
    for thread in waiting:
        thread.join(10)
    assert (heard, stop.wait(0), stop.is_set()) == ([True] * 3, True, True)


def test_without_the_word_the_waiting_ends_in_time() -> None:
    stop = Stop()
    assert (stop.wait(0.001), stop.is_set()) == (False, False)
