"""The word to stop, which everybody who waits hears at once."""

from queue import Empty, SimpleQueue


class Stop:
    """What threading.Event is, but for Ctrl-C: nothing that is interrupted here can hold others up.

    A KeyboardInterrupt that comes inside Event.wait, in Python code, may leave its lock taken; Event.set then
    waits for ever. A SimpleQueue is made in C and may be interrupted anywhere (library reference, queue).
    """

    def __init__(self) -> None:
        self._is_set = False
        self._words: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Say it. Never waits."""
        self._is_set = True
        self._words.put(None)

    def is_set(self) -> bool:
        """Whether it was said."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is said; whether it was."""
        if not self._is_set:
            try:
                self._words.get(timeout=seconds)
            except Empty:
                return self._is_set
        self._words.put(None)  # for whoever else waits
        return True
