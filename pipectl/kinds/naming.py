"""Friendly words and AWS's members: one table gives the request, the words compared, and the import."""

from collections.abc import Mapping
from typing import Any

from pipectl.engine.values import State

Words = Mapping[str, Any]
"""Our word -> AWS's member, in which a dot leads into a structure; or a pair of it and the words inside."""


def sent(words: Words, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values in our words as AWS takes them; None is left out."""
    params: dict[str, Any] = {}
    for word, value in values.items():
        member, inside = _named(words[word])
        *way, last = member.split(".")
        if value is not None:
            holder = params
            for part in way:
                holder = holder.setdefault(part, {})
            holder[last] = _each(sent, inside, value)
    return params


def said(words: Words, params: Mapping[str, Any]) -> dict[str, Any]:
    """What AWS answers in our words; what is not there, or has no word, is left out."""
    values: dict[str, Any] = {}
    for word, named in words.items():
        member, inside = _named(named)
        value: Any = params
        for part in member.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value not in (None, [], {}):
            values[word] = _each(said, inside, value)
    return values


def _named(named: Any) -> tuple[str, Words | None]:
    return (named, None) if isinstance(named, str) else named


def _each(change: Any, inside: Words | None, value: Any) -> Any:
    if inside is None:
        return value
    return [change(inside, each) for each in value] if isinstance(value, list) else change(inside, value)


def is_whole(words: Words, params: Mapping[str, Any]) -> bool:
    """Whether our words can say all of what AWS answers."""
    return bool(sent(words, said(words, params)) == _bare(params))


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        bare = {key: _bare(each) for key, each in value.items()}
        return {key: each for key, each in bare.items() if each not in (None, [], {})}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def plain(part: Any) -> State:
    """The values of a block, nested ones too, that its file states or its model fills in; nothing empty."""
    found: State = _bare(part.model_dump(exclude_none=True))
    return found
