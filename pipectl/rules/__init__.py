"""What is wrong between the parts of a spec; one file per rule, found by folder.

A rule is a file with a function `check(spec)`, or `check_all(specs)` for what is wrong between several specs
of one command. Files whose names begin with `_` are what rules share.
"""

import functools
import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

MOST_PROBLEMS = 100
"""Of one rule: to look for the nearest words of more would take long, and nobody reads them."""


@functools.cache
def _files() -> tuple[str, ...]:
    """Every rule of this folder."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(name for name in found if not name.startswith("_"))


@functools.cache
def _rules(function: str) -> tuple[Callable[[Any], Iterable[Problem]], ...]:
    modules = [importlib.import_module(f"{__name__}.{name}") for name in _files()]
    return tuple(getattr(module, function) for module in modules if hasattr(module, function))


def problems(spec: Spec) -> list[Problem]:
    """What every rule finds in one spec."""
    return [problem for rule in _rules("check") for problem in itertools.islice(rule(spec), MOST_PROBLEMS)]


def between(specs: Sequence[Spec]) -> list[Problem]:
    """What the rules find between several specs of one command."""
    found = (itertools.islice(rule(specs), MOST_PROBLEMS) for rule in _rules("check_all"))
    return [problem for problems_ in found for problem in problems_]
