"""A gate that is closed so long that opening it lets nothing in."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from pipectl.command import pipectl
from pipectl.doctor._case import Case, Pipeline
from pipectl.doctor._finding import Finding, doubt, good, wrong
from pipectl.doctor._tools import each

TITLE = "hold"
LAST, NEAR = timedelta(days=30), timedelta(days=25)
"""What waits before a gate closed for more than 30 days does not go on (user guide, "transitions")."""


def check(case: Case) -> list[Finding]:
    """Every closed gate."""
    live = [pipeline for pipeline in case.pipelines() if pipeline.live]
    return each(live, lambda pipeline: pipeline.name, partial(_look, case))


def _look(case: Case, pipeline: Pipeline) -> Iterator[Finding]:
    answer = case.cloud.call("codepipeline", "get_pipeline_state", name=pipeline.name)
    for stage in answer.get("stageStates") or []:
        gate = stage.get("inboundTransitionState") or {}
        if not gate.get("enabled", True) and gate.get("lastChangedAt"):
            yield _gate(case, pipeline, stage, case.now - gate["lastChangedAt"])


def _gate(case: Case, pipeline: Pipeline, stage: Mapping[str, Any], age: timedelta) -> Finding:
    subject = f"{pipeline.name}/{stage['stageName']}"
    waits = bool(stage.get("inboundExecution"))
    if age < NEAR:
        return good(subject, f"has been closed for {_days(age)}")
    name = stage["stageName"]
    opened = f"{pipectl('enable-transition', name, pipeline=pipeline.name)} opens it"
    if age < LAST:
        text = f"closed for {_days(age)}; after 30, what waits here does not go on when it is opened"
        return doubt(subject, text, opened)
    text = "closed for more than 30 days: what waits here does not go on when it is opened"
    hint = f"{opened}, and then {pipectl('start', pipeline=pipeline.name)}"
    return wrong(subject, text, hint) if waits else doubt(subject, text, hint)


def _days(age: timedelta) -> str:
    days = max(age.days, 0)
    return f"{days} {'day' if days == 1 else 'days'}"
