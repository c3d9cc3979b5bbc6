"""The short form of parameters: `Key=a,Values=b,c`, `TagSet=[{Key=a,Value=b}]`.

Source: AWS CLI user guide, "Using shorthand syntax in the AWS CLI".
"""

from __future__ import annotations

import re
from typing import Any

from pipectl.local.shims.aws_errors import AwsUsageError

_KEY = re.compile(r"\s*([\w./:@ -]+?)\s*=")
_BARE = re.compile(r"[^,\]}]*")


def read(text: str) -> dict[str, Any]:
    """The pairs of one value; AwsUsageError with the place where it is wrong"""
    reader = _Reader(text)
    pairs = reader.pairs("")
    if reader.place != len(text):
        raise reader.wrong("','")
    return pairs


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.place = 0

    def wrong(self, expected: str) -> AwsUsageError:
        got = self._text[self.place : self.place + 1] or "EOF"
        return AwsUsageError(
            f"Error parsing parameter: Expected: {expected}, received: '{got}' for input: {self._text}"
        )

    def _next(self) -> str:
        while self._text[self.place : self.place + 1].isspace():
            self.place += 1
        return self._text[self.place : self.place + 1]

    def pairs(self, end: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            key = _KEY.match(self._text, self.place)
            if key is None:
                raise self.wrong("'='")
            self.place = key.end()
            found[key[1]] = self._values()
            if self._next() != "," or (end and self._next() == end):
                return found
            self.place += 1

    def _values(self) -> Any:
        """One value, or several with commas up to the next key"""
        values = [self._value()]
        while self._next() == "," and not _KEY.match(self._text, self.place + 1):
            self.place += 1
            values.append(self._value())
        return values[0] if len(values) == 1 else values

    def _value(self) -> Any:
        sign = self._next()
        if sign == "{":
            self.place += 1
            found: Any = self.pairs("}") if self._next() != "}" else {}
            self._close("}")
        elif sign == "[":
            self.place += 1
            found = []
            while self._next() != "]":
                found.append(self._value())
                if self._next() == ",":
                    self.place += 1
                elif self._next() != "]":
                    raise self.wrong("']'")
            self._close("]")
        elif sign and sign in "\"'":
            found = self._quoted(sign)
        else:
            bare = _BARE.match(self._text, self.place)
            self.place = bare.end() if bare else self.place
            found = bare[0].strip() if bare else ""
        return found

    def _close(self, sign: str) -> None:
        if self._next() != sign:
            raise self.wrong(f"'{sign}'")
        self.place += 1

    def _quoted(self, sign: str) -> str:
        found = re.compile(rf"{sign}((?:\\.|[^{sign}\\])*){sign}").match(self._text, self.place)
        if found is None:
            raise self.wrong(sign)
        self.place = found.end()
        return re.sub(r"\\(.)", r"\1", found[1])
