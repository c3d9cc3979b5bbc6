"""README's fenced blocks, and the commands that stand in them with what they print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
GOES_ON = "\\"


@dataclass(frozen=True)
class Block:
    """What stands between two fences; `line` is the one of its first text."""

    info: str
    text: str
    line: int


@dataclass(frozen=True)
class Typed:
    """One command of a console block, and the lines below it; `line` is the one of its prompt."""

    command: str
    output: tuple[str, ...]
    line: int


def blocks(markdown: str, info: str | None = None) -> list[Block]:
    """All fenced blocks in their order; only those of one info string, when it is named."""
    found = [
        Block(match["info"].strip(), match["text"], markdown.count("\n", 0, match.start("text")) + 1)
        for match in _FENCE.finditer(markdown)
    ]
    return [block for block in found if info in (None, block.info)]


def typed(block: Block) -> Iterator[Typed]:
    """The commands of a console block; one that ends in a backslash goes on in the next line."""
    lines = block.text.splitlines()
    assert lines[0].startswith(PROMPT), f"README.md:{block.line}: a console block begins with `$ `"
    starts = [number for number, line in enumerate(lines) if line.startswith(PROMPT)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = start
        while lines[last].endswith(GOES_ON):
            last += 1
        command = "\n".join([lines[start].removeprefix(PROMPT), *lines[start + 1 : last + 1]])
        yield Typed(command, tuple(lines[last + 1 : end]), block.line + start)


def without_blocks(markdown: str) -> str:
    """The prose: everything outside of fences."""
    return _FENCE.sub("", markdown)
