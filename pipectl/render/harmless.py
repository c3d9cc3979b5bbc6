"""What a build or a task printed, as text that can only be read: it must not steer the terminal."""

import re

from pipectl.facts.secret_names import redacted

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_STEERING = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: cursor, erasing, modes
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC and its kin: titles, links, clipboards
    r"|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]"  # what is left of ECMA-48's escapes
)
_JOINING = "\t\u200c\u200d\ufe0e\ufe0f"
"""Not printable by Python's measure, but part of texts: tabs, and what joins scripts and emoji."""
RESET = "\x1b[0m"


def harmless(text: str, *, colour: bool) -> str:
    """One line that can only be read, without secrets; wanted colours stay, other controls are shown."""
    text = redacted(text)
    pieces: list[str] = []
    position = 0
    for found in _COLOUR.finditer(text):
        pieces += [_shown(text[position : found.start()]), found[0] if colour else ""]
        position = found.end()
    pieces.append(_shown(text[position:]))
    return "".join([*pieces, RESET]) if colour and position else "".join(pieces)


def _shown(text: str) -> str:
    if text.isprintable():
        return text
    kept = _STEERING.sub("", text)
    return "".join(each if each.isprintable() or each in _JOINING else ascii(each)[1:-1] for each in kept)
