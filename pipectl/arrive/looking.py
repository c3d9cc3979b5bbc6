"""Looking at what lives: what must not be read is told, and the rest goes on."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find
from pipectl.engine.values import OWNER_TAG, State
from pipectl.errors import AccessDenied
from pipectl.kinds.kind import Kind, snake

RESERVED = ("aws:", "pipectl:")
"""How tags begin that nobody writes into a spec."""


class Look:
    """The way to AWS of one import, and what is to be said at its end: `read` and `lost`, in order."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.read: dict[tuple[str, str], None] = {}
        self.lost: dict[str, None] = {}

    @property
    def account(self) -> Account:
        """Whose setup it is, and where."""
        return self.cloud.account

    def saw(self, kind: str, name: str) -> None:
        """Remember that a thing was read."""
        self.read[kind, name] = None

    def tell(self, text: str) -> None:
        """Remember what the spec does not say."""
        self.lost[text] = None

    def ask(
        self, what: str, service: str, operation: str, missing: tuple[str, ...] = (), **params: Any
    ) -> dict[str, Any] | None:
        """One answer; None when there is none, or when it must not be read, which is told."""
        try:
            return find(missing, self.cloud, service, operation, **params)
        except AccessDenied as error:
            self.deny(what, error)
            return None

    def state(self, kind: Kind, name: str, stated: State) -> State | None:
        """What a kind reads of one thing. What of it must not be read is told and left out."""
        try:
            found = kind.read(self.cloud, {name: stated}).get(name)
        except AccessDenied as error:
            if stated:
                return self._without_refused(kind, name, stated)
            self.deny(f"{kind.name} {name}", error)
            return None
        if found is not None:
            self.saw(kind.name, name)
        return found

    def _without_refused(self, kind: Kind, name: str, stated: State) -> State | None:
        base = self.state(kind, name, {})
        if base is None:
            return None
        return {**base, **dict(self._allowed(kind, name, stated))}

    def _allowed(self, kind: Kind, name: str, stated: State) -> Iterator[tuple[str, Any]]:
        for word, value in stated.items():
            try:
                yield word, kind.read(self.cloud, {name: {word: value}})[name].get(word)
            except AccessDenied as error:
                self.deny(f"{word} of {kind.name} {name}", error)
                yield word, None

    def deny(self, what: str, error: AccessDenied) -> None:
        """Say what could not be read, and which permission that needs."""
        action = "".join(part.capitalize() for part in error.operation.split("_"))
        self.tell(f"{what}: not read, since {error.service}:{action} is not allowed")


def owner(state: State | None) -> str | None:
    """The stack that owns what was found."""
    tags: Mapping[str, str] = (state or {}).get("tags") or {}
    return tags.get(OWNER_TAG)


def own_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """The tags that a spec may write: without AWS's and ours."""
    return {name: text for name, text in (tags or {}).items() if not name.startswith(RESERVED)}


def filled(**values: Any) -> dict[str, Any]:
    """What says something: no None, nothing empty."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def rest(raw: Mapping[str, Any], spoken: frozenset[str], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What the grammar has no word for and AWS has not filled in by itself, for `aws:`."""
    return {
        key: _bare(value)
        for key, value in raw.items()
        if key not in spoken and value not in (None, "", [], {}, False) and defaults.get(key) != value
    }


def _bare(value: Any) -> Any:
    """Without what is empty, at every depth."""
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items() if item not in (None, "", [], {})}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def words_of(raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Plain values under our words: `names` maps our word to AWS's."""
    return filled(**{ours: raw.get(theirs) for ours, theirs in names.items()})


__all__ = ["Look", "filled", "own_tags", "owner", "rest", "snake", "words_of"]
