"""`python -m tests.readme` types README's commands and writes what they print now into README."""

import tempfile
from pathlib import Path

from tests.readme import volatile
from tests.readme.blocks import blocks, typed
from tests.readme.workplace import README, workplace, write


def main() -> None:
    """Outputs that agree stay as they are, so that times and ids do not change with every run."""
    text = README.read_text(encoding="utf-8")
    lines = text.splitlines()
    fresh: list[tuple[int, int, list[str]]] = []
    with tempfile.TemporaryDirectory() as folder, workplace(Path(folder)) as (here, shell):
        for block in blocks(text):
            if block.info == "yaml":
                write(block, here)
            for each in typed(block) if block.info == "console" else ():
                printed, _ = shell.type(each.command)
                if not volatile.same(each.output, printed):
                    first = each.line + each.command.count("\n")
                    shown = [line for line in printed if not line.startswith("  … ")]
                    fresh.append((first, first + len(each.output), [line.rstrip() for line in shown]))
    for first, last, printed in reversed(fresh):
        lines[first:last] = printed
    README.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(fresh)} outputs renewed")  # noqa: T201  a tool for people who write README


main()
