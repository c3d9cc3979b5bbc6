"""The pipeline declaration: what CreatePipeline is sent, and the words that both sides are compared in."""

import json
from collections.abc import Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import Exactly, exactly
from pipectl.kinds import names
from pipectl.kinds.kind import merged
from pipectl.kinds.pipeline_block import Condition, Filter, OnFailure, Pipeline, Rule, Stage
from pipectl.kinds.role import role_arn
from pipectl.kinds.wiring import Wired, wired
from pipectl.spec.spec import Spec

PURPOSE = "pipeline"


def pipeline_role(spec: Spec, account: Account, name: str) -> str:
    """The ARN of the role that a pipeline works with."""
    return spec.all(Pipeline)[name].role or role_arn(spec, account, name, PURPOSE)


def artifact_bucket(spec: Spec, account: Account, pipeline: Pipeline) -> str:
    """The bucket of a pipeline's artifacts: its own, the stack's, or the one that pipectl makes."""
    made = names.artifact_bucket(spec.name, account.id, account.region)
    return pipeline.artifact_bucket or spec.artifact_bucket or made


def declaration(spec: Spec, account: Account, name: str) -> dict[str, Any]:
    """The PipelineDeclaration of one pipeline of the spec."""
    block = spec.all(Pipeline)[name]
    actions = wired(block)
    params: dict[str, Any] = {
        "name": name,
        "roleArn": pipeline_role(spec, account, name),
        **_stores(spec, account, block),
        "stages": [
            _stage(stage, [each for each in actions if each.stage_number == number])
            for number, stage in enumerate(block.stages)
        ],
        "executionMode": block.execution_mode,
        "pipelineType": block.pipeline_type,
    }
    if block.variables:
        params["variables"] = [
            {"name": variable, **_said(defaultValue=each.default, description=each.description)}
            for variable, each in block.variables.items()
        ]
    if block.triggers:
        params["triggers"] = [_trigger(action, block) for action in block.triggers]
    whole: dict[str, Any] = merged(params, block.aws)
    return whole


def _said(**values: Any) -> dict[str, Any]:
    """Only what has a value."""
    return {key: value for key, value in values.items() if value is not None}


def _stores(spec: Spec, account: Account, block: Pipeline) -> dict[str, Any]:
    own = _store(artifact_bucket(spec, account, block), block.encryption_key)
    if not block.artifact_buckets:
        return {"artifactStore": own}
    keys, buckets = block.encryption_keys, block.artifact_buckets
    others = {region: _store(bucket, keys.get(region)) for region, bucket in buckets.items()}
    return {"artifactStores": {account.region: own, **others}}


def _store(bucket: str, key: str | None) -> dict[str, Any]:
    return {
        "type": "S3",
        "location": bucket,
        **_said(encryptionKey={"id": key, "type": "KMS"} if key else None),
    }


def _stage(stage: Stage, actions: list[Wired]) -> dict[str, Any]:
    params: dict[str, Any] = {"name": stage.name, "actions": [_action(each) for each in actions]}
    if stage.before_entry:
        params["beforeEntry"] = {"conditions": [_condition(stage.before_entry)]}
    if stage.on_success:
        params["onSuccess"] = {"conditions": [_condition(stage.on_success)]}
    if stage.on_failure:
        params["onFailure"] = _on_failure(stage.on_failure)
    whole: dict[str, Any] = merged(params, stage.aws)
    return whole


def _action(wire: Wired) -> dict[str, Any]:
    action = wire.action
    kind = {"category": wire.category or "Invoke", "owner": action.owner, "provider": action.provider}
    outputs = [{"name": name, **_said(files=action.output_files or None)} for name in wire.outputs]
    params = {
        "name": wire.name,
        "actionTypeId": {**kind, "version": action.version},
        "runOrder": action.run_order,
        "configuration": configuration(wire),
        "inputArtifacts": [{"name": name} for name in wire.inputs],
        "outputArtifacts": outputs,
        **_said(
            region=action.region,
            namespace=action.namespace,
            roleArn=action.role,
            timeoutInMinutes=action.timeout_minutes,
            commands=action.commands or None,
            outputVariables=action.output_variables or None,
        ),
    }
    whole: dict[str, Any] = merged(params, action.aws)
    return whole


def configuration(wire: Wired) -> dict[str, str]:
    """The action's configuration in AWS's keys; values are always strings (structure reference)."""
    known = wire.provider
    if known is None:
        return dict(wire.action.configuration)
    friendly = {
        theirs: _text(ours, getattr(wire.action, ours))
        for ours, theirs in known.keys.items()
        if getattr(wire.action, ours) is not None
    }
    return {**known.defaults, **friendly, **wire.action.configuration}


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if key == "environment":
        pairs = [{"name": name, "value": text, "type": "PLAINTEXT"} for name, text in value.items()]
        return json.dumps(pairs)
    return value if isinstance(value, str) else json.dumps(value)


def _condition(condition: Condition) -> dict[str, Any]:
    return _said(result=condition.result, rules=[_rule(rule) for rule in condition.rules])


def _rule(rule: Rule) -> dict[str, Any]:
    kind = {"category": "Rule", "owner": "AWS", "provider": rule.provider, "version": "1"}
    return {
        "name": rule.name,
        "ruleTypeId": kind,
        **_said(
            configuration=rule.configuration or None,
            inputArtifacts=[{"name": name} for name in rule.inputs] or None,
            commands=rule.commands or None,
            roleArn=rule.role,
            region=rule.region,
            timeoutInMinutes=rule.timeout_minutes,
        ),
    }


def _on_failure(on_failure: OnFailure) -> dict[str, Any]:
    if on_failure.rules:
        rules = [_rule(rule) for rule in on_failure.rules]
        return {"conditions": [_said(result=on_failure.result, rules=rules)]}
    retry = {"retryMode": on_failure.retry} if on_failure.retry else None
    return _said(result=on_failure.result, retryConfiguration=retry)


def _trigger(action: str, block: Pipeline) -> dict[str, Any]:
    trigger = block.triggers[action]
    pushes = [
        _said(branches=_filter(each.branches), tags=_filter(each.tags), filePaths=_filter(each.file_paths))
        for each in trigger.push or []
    ]
    requests = [
        _said(events=each.events, branches=_filter(each.branches), filePaths=_filter(each.file_paths))
        for each in trigger.pull_request or []
    ]
    git = {"sourceActionName": action, **_said(push=pushes or None, pullRequest=requests or None)}
    return {"providerType": "CodeStarSourceConnection", "gitConfiguration": git}


def _filter(patterns: Filter | None) -> dict[str, Any] | None:
    return _said(includes=patterns.includes, excludes=patterns.excludes) if patterns else None


PIPELINE_WORDS = {"roleArn": "role", "executionMode": "execution_mode", "pipelineType": "pipeline_type"}
ACTION_WORDS = {
    "runOrder": "run_order",
    "namespace": "namespace",
    "roleArn": "role",
    "timeoutInMinutes": "timeout_minutes",
    "commands": "commands",
    "outputVariables": "output_variables",
}
STAGE_WORDS = {"beforeEntry": "before_entry", "onSuccess": "on_success", "onFailure": "on_failure"}

SPOKEN = frozenset({
    *PIPELINE_WORDS, "name", "version", "stages", "artifactStore", "artifactStores", "variables", "triggers",
})  # fmt: skip
SPOKEN_ACTION = frozenset({
    *ACTION_WORDS, "name", "actionTypeId", "configuration", "inputArtifacts", "outputArtifacts", "region",
})  # fmt: skip
SPOKEN_STAGE = frozenset({*STAGE_WORDS, "name", "actions", "blockers"})


def words(raw: Mapping[str, Any], region: str) -> dict[str, Any]:
    """A declaration, wanted or found, in the words of the spec and without what AWS fills in (2.2).

    UpdatePipeline replaces everything, so everything the grammar has a word for is there, None where it is
    not set: what somebody added by hand is a difference and not lost unseen.
    """
    stores = raw.get("artifactStores") or {region: raw.get("artifactStore") or {}}
    said: dict[str, Any] = {ours: raw.get(theirs) for theirs, ours in PIPELINE_WORDS.items()}
    said["execution_mode"] = raw.get("executionMode") or "SUPERSEDED"
    said["pipeline_type"] = raw.get("pipelineType") or "V1"
    said["artifact_bucket"] = {where: store.get("location") for where, store in stores.items()}
    keys = {where: (store.get("encryptionKey") or {}).get("id") for where, store in stores.items()}
    said["encryption_key"] = keys.pop(region, None)
    said["encryption_keys"] = {where: key for where, key in keys.items() if key}
    said["variables"] = {
        each["name"]: {"default": each.get("defaultValue"), "description": each.get("description") or None}
        for each in raw.get("variables") or []
    }
    said["triggers"] = _bare(raw.get("triggers") or [], region)
    said["stages"] = {
        stage["name"]: {"order": number, **_stage_words(stage, region)}
        for number, stage in enumerate(raw["stages"], 1)
    }
    return said | {key: value for key, value in raw.items() if key not in SPOKEN}


def _bare(value: Any, region: str) -> Any:
    """Conditions and triggers without what is empty, and without the pipeline's own Region."""
    if isinstance(value, Mapping):
        bare = {key: _bare(item, region) for key, item in value.items() if (key, item) != ("region", region)}
        return {key: item for key, item in bare.items() if item not in (None, [], {})}
    return [_bare(item, region) for item in value] if isinstance(value, list) else value


def _stage_words(stage: Mapping[str, Any], region: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        ours: _bare(stage.get(theirs) or {}, region) or None for theirs, ours in STAGE_WORDS.items()
    }
    said["actions"] = {action["name"]: _action_words(action, region) for action in stage["actions"]}
    return said | {key: value for key, value in stage.items() if key not in SPOKEN_STAGE}


def _action_words(action: Mapping[str, Any], region: str) -> dict[str, Any]:
    kind = action["actionTypeId"]
    said: dict[str, Any] = {ours: action.get(theirs) or None for theirs, ours in ACTION_WORDS.items()}
    said["run_order"] = action.get("runOrder") or 1
    said["provider"] = f"{kind['provider']} {kind['category']} {kind['owner']} {kind['version']}"
    said["configuration"] = _configuration_words(kind, action.get("configuration") or {})
    said["inputs"] = [each["name"] for each in action.get("inputArtifacts") or []]
    said["outputs"] = [_output_words(each) for each in action.get("outputArtifacts") or []]
    said["region"] = None if action.get("region") == region else action.get("region")
    return said | {key: value for key, value in action.items() if key not in SPOKEN_ACTION}


def _output_words(output: Mapping[str, Any]) -> Any:
    return {"name": output["name"], "files": output["files"]} if output.get("files") else output["name"]


def _configuration_words(kind: Mapping[str, str], values: Mapping[str, str]) -> dict[str, Any]:
    """Values that are JSON by their meaning: the same variables spelled differently are no difference."""
    whole = {**FILLED.get((kind["category"], kind["provider"]), {}), **values}
    return {key: _parsed(value) if key in JSON_KEYS else value for key, value in whole.items()}


FILLED: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("Source", "CodeCommit"): {"PollForSourceChanges": "true", "OutputArtifactFormat": "CODE_ZIP"},
    ("Source", "S3"): {"PollForSourceChanges": "true"},
    ("Source", "ECR"): {"ImageTag": "latest"},
    ("Source", "CodeStarSourceConnection"): {"DetectChanges": "true", "OutputArtifactFormat": "CODE_ZIP"},
    ("Deploy", "ECS"): {"FileName": "imagedefinitions.json"},
}
"""What is meant where nothing is said (user guide, action references)."""


JSON_KEYS = frozenset({"EnvironmentVariables", "ParameterOverrides", "Variables", "SourceRevisions"})


def _parsed(value: str) -> Any:
    try:
        return _named(json.loads(value))
    except ValueError:
        return value


def _named(value: Any) -> Any:
    """A build's variables by their names: their order means nothing, and a change names its variable."""
    is_named = isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value)
    if not is_named or len({each["name"] for each in value}) < len(value):
        return value
    return {each["name"]: _plain({**each}) for each in value}


def _plain(variable: dict[str, Any]) -> Any:
    """A variable without its name; a PLAINTEXT one is its value (API reference, EnvironmentVariable)."""
    del variable["name"]
    is_plain = variable.keys() <= {"value", "type"} and variable.get("type", "PLAINTEXT") == "PLAINTEXT"
    return variable.get("value") if is_plain else variable


def stated(params: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The words that are compared.

    Stages, actions, variables and configuration allow nothing beyond them, nor do conditions and triggers, in
    which AWS fills in nothing (docs/aws/codepipeline.md, 2.2).
    """
    said = words(params, region)
    for stage in said["stages"].values():
        for action in stage["actions"].values():
            action["configuration"] = exactly(action["configuration"])
        stage["actions"] = Exactly(stage["actions"])
        stage |= {word: _exact_conditions(stage[word]) for word in STAGE_WORDS.values()}
    said["triggers"] = exactly(said["triggers"])
    for key in ("stages", "variables", "artifact_bucket", "encryption_keys"):
        said[key] = Exactly(said[key])
    return said


def _exact_conditions(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What stands beside the conditions (a result, a way to retry) AWS may fill in."""
    return None if said is None else {**said, "conditions": exactly(said.get("conditions"))}
