"""Tags that AWS refuses, and the tag that is pipectl's own."""

import re
from collections.abc import Iterator, Mapping

from pipectl.rules._tools import error, key_error, named
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "tag"
MOST = 50
"""Tags of one resource, with `pipectl:stack` (every service's model)."""
LONGEST_KEY = 127
"""CodeBuild's limit; the other services take one more."""
LONGEST_VALUE = 255
"""CodeBuild's limit; the other services take one more."""
WRONG = re.compile(r"[^\w\s.:/=+\-@]")
"""Letters, digits and spaces of any script, and `_.:/=+-@` (every service's model)."""


def check(spec: Spec) -> Iterator[Problem]:
    """The stack's tags and those of each resource."""
    yield from _tags(spec, ("tags",), spec.tags)
    for path, block in named(spec):
        own = block.tags
        yield from _tags(spec, (*path, "tags"), own)
        if own and len({*spec.tags, *own}) >= MOST:
            message = f"with the stack's and `pipectl:stack` these are {len({*spec.tags, *own}) + 1} tags"
            yield key_error(spec, (*path, "tags"), RULE, message, f"AWS takes {MOST} on one resource")


def _tags(spec: Spec, path: Path, tags: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in tags.items():
        wrong = _wrong_key(name)
        if wrong:
            yield key_error(spec, (*path, name), RULE, f"the tag {shown(name)} {wrong[0]}", wrong[1])
        if len(value) > LONGEST_VALUE:
            message = f"the value of the tag {shown(name)} has {len(value)} characters"
            yield error(spec, (*path, name), RULE, message, f"at most {LONGEST_VALUE} fit everywhere")
        found = WRONG.findall(value)
        if found:
            message = f"the value of the tag {shown(name)} has characters that AWS refuses: {_listed(found)}"
            yield error(spec, (*path, name), RULE, message, ALLOWED)


ALLOWED = "letters, digits, spaces and `_.:/=+-@` are taken"


def _wrong_key(name: str) -> tuple[str, str] | None:
    if name.lower().startswith("aws:"):
        return "cannot begin with `aws:`", "that is reserved for AWS"
    if name.startswith("pipectl:"):
        return "cannot begin with `pipectl:`", "pipectl marks its own resources with such tags"
    if not 1 <= len(name) <= LONGEST_KEY:
        return f"has {len(name)} characters", f"1 to {LONGEST_KEY} fit everywhere"
    found = WRONG.findall(name)
    return (f"has characters that AWS refuses: {_listed(found)}", ALLOWED) if found else None


def _listed(found: list[str]) -> str:
    return " ".join(shown(each) for each in dict.fromkeys(found))
