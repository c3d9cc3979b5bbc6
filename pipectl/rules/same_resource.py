"""One thing in AWS that two specs of one command describe: each would undo what the other does."""

from collections.abc import Iterator, Sequence

from pipectl.rules._tools import THINGS, error, key_error, named
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "same-resource"
Where = tuple[str | None, str | None]
Thing = tuple[Where, Path]


def check_all(specs: Sequence[Spec]) -> Iterator[Problem]:
    """Stacks and resources, each against the specs before it in the same account and Region."""
    stacks: dict[tuple[Where, str], Spec] = {}
    taken: dict[Thing, Spec] = {}
    for spec in specs:
        where = (spec.account, spec.region)
        other = stacks.setdefault((where, spec.name), spec)
        if other is not spec:
            at = other.place("name")
            message = f"stack {spec.name} is described at {at.file}:{at.line} already"
            yield error(spec, ("name",), RULE, message, "a stack is one file; give each a name of its own")
            continue
        for path, block in named(spec):
            other = taken.setdefault((where, path), spec) if block.managed else spec
            if other is not spec:
                at = other.places.of_key(path)
                thing = "service" if "services" in path else THINGS[str(path[0])]
                name = "/".join(str(part) for part in path[1::2])
                message = f"{thing} {name} is made at {at.file}:{at.line} already"
                yield key_error(spec, path, RULE, message, "one of both is `managed: false`")
