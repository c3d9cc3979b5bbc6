"""Texts in parts: accounts, Regions and ARNs become names of what other tools know of the place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipectl.export.design import ANYWHERE, UNKNOWN, Design
from pipectl.review.hiding import MARK

ARN = r"arn:[\w-]+:[a-z0-9-]+:[a-z0-9*-]*:(?:\d{12}|\*)?:"
"""An ARN up to its resource."""


class Name(str):
    """A part of a text that is not said but named: `account`, an attribute, a parameter."""

    __slots__ = ()


ACCOUNT, REGION, PARTITION, SUFFIX = map(Name, ("account", "region", "partition", "suffix"))
"""What every tool knows of the place where it works."""

Parts = tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """How texts are said. `known` maps texts to the parts that are said instead."""

    design: Design
    known: Mapping[str, Parts] = field(default_factory=dict)

    def knowing(self, more: Mapping[str, Parts]) -> "Wording":
        """The same, with more texts."""
        return Wording(self.design, {**self.known, **more})

    def parts(self, text: str) -> Parts:
        """A text in parts, one after the other."""
        found: list[str] = []
        end = 0
        for match in self._tokens.finditer(text):
            found += [text[end : match.start()], *self._said(match)]
            end = match.end()
        return tuple(part for part in (*found, text[end:]) if part)

    def _said(self, match: re.Match[str]) -> Parts:
        if match[0] in self.known:
            return self.known[match[0]]
        return self._arn(match[0]) if match["arn"] else SHAPES[str(match.lastgroup)]

    def _arn(self, found: str) -> Parts:
        _, partition, service, region, account, _ = found.split(":")
        return (
            "arn:",
            PARTITION if partition == self.design.account.partition else partition,
            f":{service}:",
            self._region(region),
            ":",
            ACCOUNT if account in self.accounts else account,
            ":",
        )

    def _region(self, region: str) -> str:
        if region in self.regions:
            return REGION
        given = self.known.get(f":{region}:")  # the Region of an action elsewhere, which a parameter gives
        return given[1] if given else region

    @cached_property
    def accounts(self) -> frozenset[str]:
        """The numbers that mean the account of the stack."""
        return frozenset(filter(None, (self.design.account.id, self.design.home.account, UNKNOWN)))

    @cached_property
    def regions(self) -> frozenset[str]:
        """The names that mean the Region of the stack."""
        return frozenset({self.design.account.region, self.design.home.region})

    @cached_property
    def _tokens(self) -> re.Pattern[str]:
        longest_first = sorted(self.known, key=len, reverse=True)
        texts = [f"{_before(each)}{re.escape(each)}{_after(each)}" for each in longest_first]
        ids, regions = "|".join(sorted(self.accounts)), "|".join(sorted(self.regions))
        suffix = re.escape(self.design.account.dns_suffix)
        shapes = [
            rf"(?P<registry>(?:{ids})\.dkr\.ecr\.(?:{regions})\.{suffix}(?=/|$))",
            rf"(?P<arn>{ARN})",
            rf"(?P<account>(?<!\d)(?:{ids})(?!\d))",
            rf"(?P<region>{ANYWHERE})",
        ]
        return re.compile("|".join([*texts, *shapes]))


SHAPES: Mapping[str, Parts] = {
    "registry": (ACCOUNT, ".dkr.ecr.", REGION, ".", SUFFIX),
    "account": (ACCOUNT,),
    "region": (REGION,),
}
"""Shape of a text -> what is said instead."""


def _before(text: str) -> str:
    """An ARN, or a secret, may follow anything; a word only what is no part of it."""
    return "" if text.startswith(("arn:", MARK)) else r"(?<![\w-])"


def _after(text: str) -> str:
    return "" if text.endswith(MARK) else r"(?![\w.-])"
