"""Keys of a thing that pipectl only uses: they have no effect."""

from collections.abc import Iterator

from pipectl.rules._tools import key_warning, named
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "unmanaged"
USED = frozenset({"managed", "services"})


def check(spec: Spec) -> Iterator[Problem]:
    """Everything with `managed: false`."""
    for path, block in named(spec):
        for key in sorted(block.stated - USED - _of_service(path)) if not block.managed else ():
            message = f"`{key}` has no effect: pipectl does not make {path[-1]}, it only uses it"
            yield key_warning(spec, (*path, key), RULE, message, "take it out, or take `managed: false` out")


def _of_service(path: Path) -> set[str]:
    """The containers of a service are compared with image definitions, whoever makes it."""
    return {"task_definition"} if "services" in path else set()
