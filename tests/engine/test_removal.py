"""How things go, decided by values alone"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from pipectl.engine.removal import Facts, Held, Wishes, removal
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Resource, State, Step

OURS = {OWNER_TAG: "shop"}
THING = Resource("thing", "web")


@dataclass(frozen=True)
class Kind:
    """A kind whose things stay when `why` says so"""

    name: str
    why: str | None = None
    lost: str | None = None
    missed: str | None = None

    def stays(self, step: Step, steps: Sequence[Step]) -> str | None:
        return self.why

    def misses(self, step: Step, steps: Sequence[Step]) -> str | None:
        return self.missed

    def named(self, name: str) -> Sequence[str]:
        return name.split("/")

    def loses(self, before: State) -> str | None:
        return self.lost


def decided(
    tags: dict[str, str] | None, wishes: Wishes, held: Held | None = None, why: str | None = None
) -> tuple[Action, list[str]]:
    found: dict[tuple[str, str], State] = {} if tags is None else {THING.key: {"tags": tags}}
    facts = Facts(found, {THING.key: held} if held else {})
    (step,) = removal([THING], facts, [Kind("thing", why)], "shop", wishes)
    return step.action, [remark.text for remark in step.remarks]


IMAGES = Held("2 images", "images")
ADOPTED = {**OURS, ADOPTED_TAG: "true"}
NAMED = frozenset({THING.key})


@pytest.mark.parametrize(
    ("tags", "wishes", "held", "then"),
    [
        (None, Wishes(), None, (Action.KEEP, [])),
        ({}, Wishes(), None, (Action.KEEP, ["stays: no stack owns it"])),
        ({OWNER_TAG: "b"}, Wishes(), None, (Action.KEEP, ["stays: it belongs to the stack `b`"])),
        (OURS, Wishes(), None, (Action.DELETE, [])),
        (OURS, Wishes(keep=NAMED), None, (Action.KEEP, ["stays: `--keep` names it"])),
        (OURS, Wishes(), IMAGES, (Action.KEEP, ["stays: it holds 2 images; `--images` deletes that too"])),
        (OURS, Wishes(frozenset({"images"})), IMAGES, (Action.DELETE, ["with it go 2 images"])),
        (ADOPTED, Wishes(frozenset({"images"})), IMAGES, (Action.RELEASE, [])),
        (ADOPTED, Wishes(adopted=NAMED), None, (Action.DELETE, [])),
        (ADOPTED, Wishes(adopted=NAMED, keep=NAMED), None, (Action.KEEP, ["stays: `--keep` names it"])),
        ({ADOPTED_TAG: "true"}, Wishes(adopted=NAMED), None, (Action.KEEP, ["stays: no stack owns it"])),
    ],
)
def test_only_what_is_ours_and_holds_nothing_goes(
    tags: dict[str, str] | None, wishes: Wishes, held: Held | None, then: tuple[Action, list[str]]
) -> None:
    assert decided(tags, wishes, held) == then


def test_what_goes_with_a_thing_is_told_and_keeps_nothing() -> None:
    facts = Facts({THING.key: {"tags": OURS}}, {})
    (step,) = removal([THING], facts, [Kind("thing", lost="2 tasks stop")], "shop", Wishes())
    assert step.action is Action.DELETE
    assert [remark.text for remark in step.remarks] == ["2 tasks stop"]


@pytest.mark.parametrize(
    ("tags", "keep", "said"),
    [
        (OURS, NAMED, ["stays: `--keep` names it", "it starts what goes"]),
        (ADOPTED, frozenset(), ["it starts what goes"]),
        (OURS, frozenset(), []),
    ],
)
def test_of_what_stays_it_is_said_what_it_is_without(
    tags: dict[str, str], keep: frozenset[tuple[str, str]], said: list[str]
) -> None:
    kind = Kind("thing", missed="it starts what goes")
    facts = Facts({THING.key: {"tags": tags}}, {})
    (step,) = removal([THING], facts, [kind], "shop", Wishes(keep=keep))
    assert [remark.text for remark in step.remarks] == said
    (gone,) = removal([THING], Facts({}, {}), [kind], "shop", Wishes(keep=keep))
    assert gone.remarks == ()


def test_a_kind_may_know_why_a_thing_stays() -> None:
    assert decided(OURS, Wishes(), why="others live in it") == (Action.KEEP, ["stays: others live in it"])


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("web", True),
        ("arn:aws:iam::1:role/pipectl/shop/web", True),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/web:latest", True),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:0", True),
        ("webshop", False),
        ("my-web", False),
    ],
)
def test_what_stays_keeps_what_it_names(text: str, used: bool) -> None:
    user = Resource("user", "app", request={"deep": [{"name": text}]})
    found: dict[tuple[str, str], State] = {each.key: {"tags": OURS} for each in (THING, user)}
    wishes = Wishes(keep=frozenset({user.key}))
    kinds = [Kind("thing"), Kind("user")]
    thing, _ = removal([THING, user], Facts(found, {}), kinds, "shop", wishes)
    assert (thing.action is Action.KEEP) is used
    other, _ = removal([THING, user], Facts(found, {}), kinds[::-1], "shop", wishes)
    assert other.action is Action.DELETE, "nothing uses what is made after it"


def chain(wishes: Wishes, *texts: str, tags: dict[str, str] = OURS) -> list[Action]:
    """How things go of which each but the first names the one before; the last has these tags"""
    things = [
        Resource("first", "shop/web"),
        *(Resource(f"kind{number}", f"name{number}", request={"uses": [*texts, f"name{number - 1}"]})
          for number in (1, 2)),
    ]  # fmt: skip
    found: dict[tuple[str, str], State] = {each.key: {"tags": OURS} for each in things}
    found[things[-1].key] = {"tags": tags}
    kinds = [Kind(each.kind) for each in things]
    return [step.action for step in removal(things, Facts(found, {}), kinds, "shop", wishes)]


KEEP_LAST = Wishes(keep=frozenset({("kind2", "name2")}))


def test_what_is_used_by_what_is_used_stays_too() -> None:
    assert chain(KEEP_LAST, "shop", "web") == [Action.KEEP] * 3
    assert chain(KEEP_LAST, "shop") == [Action.DELETE, Action.KEEP, Action.KEEP]


def test_what_was_adopted_and_is_still_used_is_released_although_it_shall_go() -> None:
    assert decided(ADOPTED, Wishes(adopted=NAMED), why="others use it") == (
        Action.RELEASE, ["not deleted: others use it"],
    )  # fmt: skip
    user = Resource("user", "app", request={"name": "web"})
    found: dict[tuple[str, str], State] = {each.key: {"tags": ADOPTED} for each in (THING, user)}
    kinds = [Kind("thing"), Kind("user")]
    thing, _ = removal([THING, user], Facts(found, {}), kinds, "shop", Wishes(adopted=NAMED))
    assert thing.action is Action.RELEASE
    assert [remark.text for remark in thing.remarks] == ["not deleted: user `app` stays and uses it"]


def test_what_was_there_before_keeps_what_it_was_given() -> None:
    assert chain(Wishes(), "shop", "web", tags=ADOPTED) == [Action.KEEP, Action.KEEP, Action.RELEASE]
    assert chain(Wishes(), "shop", "web", tags={}) == [Action.KEEP] * 3, "it was released before"
