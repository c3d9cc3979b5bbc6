"""What starts a pipeline besides people: the event rules of its source actions, and webhooks."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.arrive.looking import Look, owner
from pipectl.engine.values import State
from pipectl.errors import AccessDenied
from pipectl.kinds import names, rule

SOURCES = {"CodeCommit": "aws.codecommit", "ECR": "aws.ecr", "S3": "aws.s3"}
NAMED = {"CodeCommit": "RepositoryName", "ECR": "RepositoryName", "S3": "S3Bucket"}
BRANCHES = {"CodeCommit": "BranchName", "ECR": "ImageTag", "S3": "S3ObjectKey"}


def event_rules(look: Look, raw: Mapping[str, Any], stack: str) -> dict[str, str | bool | None]:
    """Source action -> its rule; False when none starts it, None when it is the one that pipectl makes."""
    sources = {each["name"]: each for each in raw["stages"][0]["actions"] if _has_rule(each)}
    rules = dict(_rules(look, str(raw["name"])))
    left = dict(rules)
    said: dict[str, str | bool | None] = {}
    for name, source in sources.items():
        fitting = sorted(
            (each for each in left if _fits(left[each], source)), key=lambda each: -_near(left[each], source)
        )
        said[name] = fitting[0] if fitting else False
        if fitting and _is_ours(look, str(raw["name"]), name, fitting[0], rules[fitting[0]], stack):
            said[name] = None
        left = {each: state for each, state in left.items() if each not in fitting[:1]}
        if not fitting:
            look.tell(
                f"no event rule starts pipeline {raw['name']} for its source {name}; `create` makes none"
            )
    for each in left:
        look.tell(f"event rule {each} starts pipeline {raw['name']} too and stays as it is")
    return said


def _has_rule(action: Mapping[str, Any]) -> bool:
    kind, values = action["actionTypeId"], action.get("configuration") or {}
    polls = kind["provider"] != "ECR" and values.get("PollForSourceChanges", "true") != "false"
    return kind["owner"] == "AWS" and kind["provider"] in SOURCES and not polls


def _rules(look: Look, pipeline: str) -> Iterator[tuple[str, State]]:
    """The rules of the default bus that have the pipeline as a target."""
    arn = look.account.arn("codepipeline", pipeline)
    token: dict[str, Any] = {}
    while True:
        what = f"event rules of pipeline {pipeline}"
        answer = look.ask(what, "events", "list_rule_names_by_target", TargetArn=arn, **token) or {}
        for name in answer.get("RuleNames", []):
            state = look.state(rule.KIND, name, {})
            yield name, state if state is not None else {}
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def _fits(state: State, source: Mapping[str, Any]) -> bool:
    """Whether a rule's pattern is about the source's service and repository or bucket."""
    pattern, provider = state.get("pattern") or {}, source["actionTypeId"]["provider"]
    text, name = json.dumps(pattern), source["configuration"].get(NAMED[provider], "")
    return SOURCES[provider] in (pattern.get("source") or []) and name in text


def _near(state: State, source: Mapping[str, Any]) -> int:
    """How much of the source the pattern names: of two rules, the one with its branch is meant."""
    branch = source["configuration"].get(BRANCHES[source["actionTypeId"]["provider"]], "latest")
    return int(f'"{branch}"' in json.dumps(state.get("pattern") or {}))


def _is_ours(look: Look, pipeline: str, action: str, name: str, state: State, stack: str) -> bool:
    role = names.role(stack, look.account.region, pipeline, rule.PURPOSE)
    arn = look.account.arn("iam", f"role/pipectl/{stack}/{role}")
    target = (state.get("targets") or {}).get(rule.TARGET) or {}
    return name == names.rule(pipeline, action) and target.get("role") == arn and owner(state) == stack


def tell_webhooks(look: Look, pipelines: Mapping[str, Any]) -> None:
    """Webhooks that start one of the pipelines stay as they are: the grammar has no word for them."""
    token: dict[str, str] = {}
    while True:
        try:
            answer = look.cloud.call("codepipeline", "list_webhooks", **token)
        except AccessDenied as error:
            look.deny("webhooks", error)
            return
        for each in answer.get("webhooks", []):
            said = each["definition"]
            if said["targetPipeline"] in pipelines:
                start = f"webhook {said['name']} starts pipeline {said['targetPipeline']}"
                look.tell(f"{start} and stays as it is: the grammar has no word for it")
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
