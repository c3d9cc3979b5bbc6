"""The pipeline declaration: what CreatePipeline and UpdatePipeline are sent."""

import json
from typing import Any

from pipectl.aws.account import Account
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
