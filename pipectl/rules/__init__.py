"""What is wrong between the parts of a spec; one file per rule, found by folder."""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec


@functools.cache
def _rules(name: str) -> tuple[Callable[[Any], Iterable[Problem]], ...]:
    modules = [
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    ]
    return tuple(getattr(module, name) for module in modules if hasattr(module, name))


def problems(spec: Spec) -> list[Problem]:
    """What every rule finds in one spec: each rule is a file with a function `check(spec)`."""
    return [problem for rule in _rules("check") for problem in rule(spec)]


def between(specs: Sequence[Spec]) -> list[Problem]:
    """What the rules find between several specs of one command: functions `check_all(specs)`."""
    return [problem for rule in _rules("check_all") for problem in rule(specs)]
