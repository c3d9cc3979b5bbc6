"""How the rules of stage conditions are decided: one function per provider."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import cron
from .actions import codebuild, commands, invoke_lambda
from .actions.action import ActionFailedError, Done, Outcome, Pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine.job import Job

OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "EQ": lambda variable, value: variable == value,
    "NE": lambda variable, value: variable != value,
    "MATCHES": lambda variable, value: re.fullmatch(value, variable) is not None,
    "CONTAINS": lambda variable, value: value in variable,
}
A_LITTLE_S = 60


def variable_check(job: Job) -> Outcome:
    """User guide, rule structure, VariableCheck: EQ, NE, MATCHES, CONTAINS; EQ when not stated (inferred)."""
    variable, value = job.configuration["Variable"], job.configuration["Value"]
    operator = job.configuration.get("Operator", "EQ")
    if operator not in OPERATORS:
        raise _misconfigured(f"Unknown operator {operator}")
    try:
        passed = OPERATORS[operator](variable, value)
    except re.error as error:
        raise _misconfigured(f"{value} is not a regular expression: {error}") from error
    if not passed:
        raise ActionFailedError(f"Variable check failed: '{variable}' {operator} '{value}'")
    return Done(f"'{variable}' {operator} '{value}'")


def deployment_window(job: Job) -> Outcome:
    """User guide, rule structure, DeploymentWindow; it is decided at once, not waited for (inferred)."""
    expression, zone = job.configuration["Cron"], job.configuration.get("TimeZone", "UTC")
    try:
        now = job.world.now().astimezone(ZoneInfo(zone))
        inside = cron.matches(expression, now)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise _misconfigured(str(error)) from error
    if not inside:
        raise ActionFailedError(f"{now:%Y-%m-%d %H:%M} {zone} is outside the deployment window {expression}")
    return Done(f"{now:%Y-%m-%d %H:%M} {zone} is inside the deployment window")


def cloudwatch_alarm(job: Job) -> Outcome:
    """User guide, rule structure, CloudWatchAlarm: fails as soon as the alarm is in one of its states."""
    name = job.configuration["AlarmName"]
    bad = [state.strip() for state in job.configuration.get("AlarmStates", "ALARM").split(",")]
    minutes = int(job.configuration.get("WaitTime", "0"))
    end = job.world.now() + timedelta(minutes=minutes)

    def look() -> Done | None:
        alarm = job.moto("cloudwatch").alarms.get(name)
        if alarm is None:
            raise _misconfigured(f"The alarm {name} does not exist")
        if alarm.state_value in bad:
            raise ActionFailedError(f"The alarm {name} is in the state {alarm.state_value}")
        return (
            Done(f"The alarm {name} is in the state {alarm.state_value}") if job.world.now() >= end else None
        )

    return Pending(look, timeout_s=minutes * 60 + A_LITTLE_S)


def _unknown(job: Job) -> Outcome:
    provider = job.run.declaration["ruleTypeId"]["provider"]
    raise _misconfigured(f"The local AWS does not run rules of {provider}")


def _misconfigured(message: str) -> ActionFailedError:
    return ActionFailedError(message, "ConfigurationError")


PROVIDERS: dict[str, Callable[[Job], Outcome]] = {
    "CloudWatchAlarm": cloudwatch_alarm,
    "CodeBuild": codebuild.start,
    "Commands": commands.start,
    "DeploymentWindow": deployment_window,
    "LambdaInvoke": invoke_lambda.start,
    "VariableCheck": variable_check,
}


def of(identity: dict[str, Any]) -> Callable[[Job], Outcome]:
    """The function that decides a rule type."""
    return PROVIDERS.get(identity["provider"], _unknown)
