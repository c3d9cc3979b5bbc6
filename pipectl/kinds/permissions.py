"""What a pipeline's role must be allowed to do, from its declaration: the calls of its actions and rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipectl.aws.account import Account
from pipectl.facts.calls import (
    Call,
    Deployed,
    Place,
    action_calls,
    artifact_calls,
    assume_role_calls,
    key_calls,
    rule_calls,
)
from pipectl.kinds.execution import registered_roles
from pipectl.kinds.statements import statements
from pipectl.spec.spec import Spec

Declared = Mapping[str, Any]

CONDITIONS = ("beforeEntry", "onSuccess", "onFailure")


def role_statements(spec: Spec, account: Account, declared: Declared) -> list[dict[str, Any]]:
    """The statements of a pipeline's role; `declared` is its PipelineDeclaration."""
    return statements(pipeline_calls(spec, account, declared))


def pipeline_calls(spec: Spec, account: Account, declared: Declared) -> Iterator[Call]:
    """Every call that CodePipeline makes in the name of the pipeline's role."""
    for region, store in stores(account, declared).items():
        place = replace(account.place, region=region)
        yield from artifact_calls(str(store.get("location")), place)
        if key := (store.get("encryptionKey") or {}).get("id"):
            yield from key_calls(key, place)
    for stage in declared["stages"]:
        for action in stage["actions"]:
            yield from _action(spec, account, declared["name"], action)
        for rule in rules(stage):
            yield from _rule(account.place, declared["name"], rule)


def stores(account: Account, declared: Declared) -> Mapping[str, Mapping[str, Any]]:
    """Region -> artifact store."""
    several: Mapping[str, Any] | None = declared.get("artifactStores")
    return several or {account.region: declared.get("artifactStore") or {}}


def rules(stage: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rules of all conditions of a stage."""
    for key in CONDITIONS:
        for condition in (stage.get(key) or {}).get("conditions") or ():
            yield from condition.get("rules") or ()


def _place(place: Place, part: Mapping[str, Any]) -> Place:
    return replace(place, region=part.get("region") or place.region)


def _action(spec: Spec, account: Account, pipeline: str, action: Mapping[str, Any]) -> Iterator[Call]:
    if action.get("roleArn"):
        yield from assume_role_calls(action["roleArn"])
        return
    kind, configuration = action["actionTypeId"], action.get("configuration") or {}
    place = _place(account.place, action)
    deployed = Deployed()
    if kind["provider"] == "ECS" and place == account.place:
        deployed = registered_roles(
            spec, account, configuration.get("ClusterName", ""), configuration.get("ServiceName", "")
        )
    yield from (
        action_calls(
            kind["category"],
            kind["provider"],
            configuration,
            place,
            owner=kind["owner"],
            pipeline=pipeline,
            deployed=deployed,
            variables=action.get("environmentVariables") or (),
        )
        or ()
    )


def _rule(place: Place, pipeline: str, rule: Mapping[str, Any]) -> Iterator[Call]:
    if rule.get("roleArn"):
        yield from assume_role_calls(rule["roleArn"])
        return
    provider, configuration = rule["ruleTypeId"]["provider"], rule.get("configuration") or {}
    yield from rule_calls(provider, configuration, _place(place, rule), pipeline=pipeline) or ()
