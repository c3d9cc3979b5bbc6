"""What the rules of conditions (before entry, on success, on failure) call in the pipeline's role's name."""

from collections.abc import Callable, Iterator, Mapping

from pipectl.facts.calls import build, invoke
from pipectl.facts.calls.call import Call, Configuration, arn, calls
from pipectl.facts.place import Place

GUIDE = "CodePipeline user guide, Rule structure reference, "


def _alarm(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    alarm = arn(place, "cloudwatch", "alarm:", configuration.get("AlarmName", ""))
    yield from calls(
        "WatchAlarms", ["cloudwatch:DescribeAlarms"], [alarm], f"{GUIDE}CloudWatchAlarm (inferred)"
    )


def _codebuild(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    yield from build.codebuild(configuration, place)


def _commands(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    yield from build.commands(configuration, place, pipeline)


def _lambda(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    yield from invoke.lambda_(configuration, place)


def _nothing(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    yield from ()


RULES: Mapping[str, Callable[[Configuration, Place, str], Iterator[Call]]] = {
    "CloudWatchAlarm": _alarm,
    "CodeBuild": _codebuild,
    "Commands": _commands,
    "DeploymentWindow": _nothing,
    "LambdaInvoke": _lambda,
    "VariableCheck": _nothing,
}
"""Rule provider -> its calls (user guide, Rule structure reference: one page each)."""


def rule_calls(
    provider: str, configuration: Configuration, place: Place, *, pipeline: str = "*"
) -> tuple[Call, ...] | None:
    """The calls of a rule in its place; None for a provider without a list."""
    rule = RULES.get(provider)
    return None if rule is None else tuple(rule(configuration, place, pipeline))
