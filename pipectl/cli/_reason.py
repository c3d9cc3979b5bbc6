"""The reason of a closed transition, in the few characters that AWS keeps."""

import re
import unicodedata

LONGEST = 300
"""[a-zA-Z0-9!@ ().*?-], 1 to 300 (API reference, DisableStageTransition)."""

_REFUSED = re.compile(r"[^a-zA-Z0-9!@ ().*?\-]+")
_LETTERS = {
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae",
    "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ı": "i",
    "–": "-", "—": "-", "‑": "-", "_": "-", "/": "-", "[": "(", "]": ")", "{": "(", "}": ")", "&": " and ",
    "'": "", "’": "", "‘": "", '"': "", "“": "", "”": "", ";": ".", "…": "...",
}  # fmt: skip
"""What keeps its meaning in another spelling. All else that AWS refuses becomes a space."""


def accepted(reason: str) -> str:
    """The nearest reason that AWS takes: `Chờ kiểm thử, xin đừng mở` is `Cho kiem thu xin dung mo`.

    Empty when nothing is left of it.
    """
    spelled = "".join(_LETTERS.get(character, character) for character in reason)
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", spelled)
        if not unicodedata.combining(character)
    )
    plain = " ".join(_REFUSED.sub(" ", bare).split())
    return plain[:LONGEST].strip() if re.search(r"[a-zA-Z0-9]", plain) else ""
