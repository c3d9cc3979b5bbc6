"""What the rules of a condition must be told (user guide, "Rule structure reference")."""

import zoneinfo
from collections.abc import Iterator

from pipectl.facts.stage_rules import cron_problem
from pipectl.kinds.pipeline_block import Rule
from pipectl.rules._tools import error, key_error, key_warning, pipelines, written
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "rule-configuration"
REQUIRED = {
    "CloudWatchAlarm": ("AlarmName",),
    "CodeBuild": ("ProjectName",),
    "DeploymentWindow": ("Cron",),
    "LambdaInvoke": ("FunctionName",),
    "VariableCheck": ("Variable", "Value", "Operator"),
}
OPTIONAL = {
    "CloudWatchAlarm": ("AlarmStates", "WaitTime"),
    "DeploymentWindow": ("TimeZone",),
}
"""Where all keys are known; builds and functions take more, and may take others one day."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every rule of every condition."""
    for name, block in pipelines(spec):
        for number, stage in enumerate(block.stages):
            for key in ("before_entry", "on_success", "on_failure"):
                condition = getattr(stage, key)
                for index, rule in enumerate((condition.rules if condition else None) or ()):
                    path = ("codepipeline", name, "stages", number, key, "rules", index)
                    yield from _rule(spec, path, rule)


def _rule(spec: Spec, path: Path, rule: Rule) -> Iterator[Problem]:
    required = REQUIRED.get(rule.provider, ())
    missing = [key for key in required if key not in rule.configuration]
    if missing and not _is_misspelt(spec, path):
        listed = " and ".join(f"`{key}`" for key in missing)
        message = f"rule `{rule.name}` does not say {listed} in its `configuration`"
        yield key_error(
            spec, path, RULE, message, f"{rule.provider} needs {'it' if len(missing) == 1 else 'them'}"
        )
    if rule.provider == "DeploymentWindow":
        yield from _window(spec, path, rule)
    known = (*required, *OPTIONAL.get(rule.provider, ()))
    for key in rule.configuration if rule.provider in OPTIONAL else ():
        if key not in known:
            meant = nearest(key, sorted(known))
            hint = f"did you mean `{meant}`?" if meant else f"it has {', '.join(known)}"
            message = f"{rule.provider} knows no `{key}`"
            yield key_warning(spec, (*path, "configuration", key), RULE, message, hint)


def _window(spec: Spec, path: Path, rule: Rule) -> Iterator[Problem]:
    """A value with a variable (`#{...}`) is known at the execution only."""
    cron, zone = rule.configuration.get("Cron", ""), rule.configuration.get("TimeZone", "")
    wrong = cron_problem(cron) if cron and "#{" not in cron else None
    if wrong:
        message = f"rule `{rule.name}` cannot read its `Cron`: {wrong}"
        hint = "write it as `0 * 9-17 ? * MON-FRI *`: seconds, minutes, hours, day, month, weekday, year"
        yield error(spec, (*path, "configuration", "Cron"), RULE, message, hint)
    if zone and "#{" not in zone and not _is_zone(zone):
        message = f"rule `{rule.name}` names the time zone {shown(zone)}, which does not exist"
        hint = "write a name as `Europe/Berlin`, or leave it out for UTC"
        yield error(spec, (*path, "configuration", "TimeZone"), RULE, message, hint)


def _is_zone(name: str) -> bool:
    """Whether the machine's time zones have it; where it has none at all, everything is taken."""
    return name in zones if (zones := zoneinfo.available_timezones()) else True


def _is_misspelt(spec: Spec, path: Path) -> bool:
    """Whether `configuration` itself is wrong, which the grammar tells."""
    return written(spec, (*path, "configuration")) and not isinstance(
        spec.places.written((*path, "configuration")), dict
    )
