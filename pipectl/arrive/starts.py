"""What starts a pipeline besides people: the event rules of its source actions, and webhooks."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.arrive.looking import Look, owner
from pipectl.arrive.ours import Ours
from pipectl.engine.values import State
from pipectl.errors import AccessDenied
from pipectl.kinds import names, rule

SOURCES = {"CodeCommit": "aws.codecommit", "ECR": "aws.ecr", "S3": "aws.s3"}
NAMED = {"CodeCommit": "RepositoryName", "ECR": "RepositoryName", "S3": "S3Bucket"}
BRANCHES = {"CodeCommit": "BranchName", "ECR": "ImageTag", "S3": "S3ObjectKey"}

DETAILS = {
    "CodeCommit": (("referenceName",),),
    "ECR": (("image-tag",),),
    "S3": (("object", "key"), ("requestParameters", "key")),
}
"""Where patterns name what is in BRANCHES: S3's own events, and those of CloudTrail."""


def event_rules(look: Look, raw: Mapping[str, Any], ours: Ours) -> dict[str, str | bool | None]:
    """Source action -> its rule; False when none starts it, None when it is the one that pipectl makes."""
    pipeline = str(raw["name"])
    sources = {each["name"]: each for each in raw["stages"][0]["actions"] if _has_rule(each)}
    left = dict(_rules(look, pipeline))
    said: dict[str, str | bool | None] = {}
    for name, source in sources.items():
        own = names.rule(pipeline, name)
        is_own = own in left and _is_ours(pipeline, left[own], ours)
        chosen = own if is_own else _nearest(left, source)
        said[name] = None if is_own else chosen or False
        left = {each: state for each, state in left.items() if each != chosen}
        if chosen is None:
            look.tell(f"no event rule starts pipeline {pipeline} for its source {name}; `create` makes none")
    for each in left:
        look.tell(f"event rule {each} starts pipeline {pipeline} too and stays as it is")
    return said


def _nearest(rules: Mapping[str, State], source: Mapping[str, Any]) -> str | None:
    """The rule for a source; of several, one that names its branch."""
    fitting = [name for name, state in rules.items() if _fits(state, source)]
    return max(fitting, key=lambda name: _near(rules[name], source), default=None)


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
    named = SOURCES[provider] in (pattern.get("source") or []) and name in text
    return named and not _is_of_another(pattern.get("detail") or {}, provider, source["configuration"])


def _is_of_another(detail: Mapping[str, Any], provider: str, values: Mapping[str, str]) -> bool:
    """Whether a pattern names branches, tags or keys, and not the source's."""
    found: Any = detail
    for places in DETAILS[provider]:
        for part in places:
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return values.get(BRANCHES[provider], "latest") not in found
        found = detail
    return False


def _near(state: State, source: Mapping[str, Any]) -> int:
    """How much of the source the pattern names: of two rules, the one with its branch is meant."""
    branch = source["configuration"].get(BRANCHES[source["actionTypeId"]["provider"]], "latest")
    return int(f'"{branch}"' in json.dumps(state.get("pattern") or {}))


def _is_ours(pipeline: str, state: State, ours: Ours) -> bool:
    target = (state.get("targets") or {}).get(rule.TARGET) or {}
    return target.get("role") == ours.role(pipeline, rule.PURPOSE) and owner(state) == ours.stack


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
