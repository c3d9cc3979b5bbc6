"""Who polls a source and is told of its changes too runs twice for each of them."""

from collections.abc import Iterator
from functools import partial

from pipectl.command import pipectl
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, doubt, good, wrong
from pipectl.doctor._rules import polls, rules_of, starting, watched
from pipectl.doctor._tools import each
from pipectl.kinds import pipeline as pipelines_kind

TITLE = "polling"
HINT = "set PollForSourceChanges to false in the action (`poll: false` in a spec)"


def check(case: Case) -> list[Finding]:
    """Every source that may be polled."""
    polled = [action for action in watched(case) if action.provider != "ECR"]
    return each(polled, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    if not polls(action):
        yield good(action.title, "is not polled")
        return
    stopped = action.pipeline.metadata.get("pollingDisabledAt")
    started = [
        rule for rule in rules_of(case, action) if rule.enabled and starting(case, action.pipeline, rule)
    ]
    instead = f"use an event rule instead; {pipectl('create', spec=case.spec_file)} makes one"
    mended = case.mend(pipelines_kind.NAME, action.pipeline.name, HINT)
    if started:
        text = f"is polled, and rule {started[0].name} tells of changes too: each one runs twice"
        yield wrong(action.title, text, HINT if _stated(case, action) else mended)
    elif stopped:
        text = f"AWS has stopped polling on {stopped:%Y-%m-%d}, after 30 days in which nothing ran"
        yield wrong(
            action.title,
            text,
            instead,
        )
    else:
        text = "is polled every minute; AWS stops that after 30 days in which nothing runs"
        yield doubt(
            action.title,
            text,
            instead,
        )


def _stated(case: Case, action: Action) -> bool:
    """Whether the spec itself says that the source is polled."""
    stated = case.stated(pipelines_kind.NAME).get(action.pipeline.name)
    for stage in stated.request["declaration"]["stages"] if stated else ():
        for each_ in stage["actions"]:
            if stage["name"] == action.stage and each_["name"] == action.shape["name"]:
                return bool(each_["configuration"].get("PollForSourceChanges") == "true")
    return False
