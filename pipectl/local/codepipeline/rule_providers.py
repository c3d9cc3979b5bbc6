"""How the rules of stage conditions are decided: one function per provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .actions.action import ActionFailedError, Done, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine.job import Job

OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "EQ": lambda variable, value: variable == value,
    "NE": lambda variable, value: variable != value,
    "MATCHES": lambda variable, value: re.fullmatch(value, variable) is not None,
    "CONTAINS": lambda variable, value: value in variable,
}


def variable_check(job: Job) -> Outcome:
    """User guide, rule structure, VariableCheck: EQ, NE, MATCHES, CONTAINS; EQ when not stated (inferred)."""
    variable, value = job.configuration["Variable"], job.configuration["Value"]
    operator = job.configuration.get("Operator", "EQ")
    if operator not in OPERATORS:
        raise ActionFailedError(f"Unknown operator {operator}", "ConfigurationError")
    if not OPERATORS[operator](variable, value):
        raise ActionFailedError(f"Variable check failed: '{variable}' {operator} '{value}'")
    return Done(f"'{variable}' {operator} '{value}'")


def _unknown(job: Job) -> Outcome:
    raise ActionFailedError(
        f"The local AWS does not run rules of {job.run.declaration['ruleTypeId']['provider']}",
        "ConfigurationError",
    )


PROVIDERS: dict[str, Callable[[Job], Outcome]] = {"VariableCheck": variable_check}


def of(identity: dict[str, Any]) -> Callable[[Job], Outcome]:
    """The function that decides a rule type."""
    return PROVIDERS.get(identity["provider"], _unknown)
