"""Options of docker's command line, those with a value and those without."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Options:
    """What was stated, by the option's long name, and the words beside it."""

    values: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def last(self, name: str) -> str | None:
        return self.values[name][-1] if self.values.get(name) else None

    def has(self, name: str) -> bool:
        return name in self.values


def parse(words: list[str], *, flags: tuple[str, ...], short: dict[str, str]) -> Options:
    """An option that is no flag takes a value, after `=` or as the next word"""
    found = Options()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "-" or not word.startswith("-"):
            found.words.append(word)
            continue
        name, stated, value = word.partition("=")
        if not name.startswith("--") and name[:2] in short and len(name) > len("-t"):
            name, stated, value = name[:2], "=", name[2:] + stated + value
        long = short.get(name, name.lstrip("-"))
        if long not in flags and not stated:
            value = rest.pop(0) if rest else ""
        found.values.setdefault(long, []).append(value)
    return found
