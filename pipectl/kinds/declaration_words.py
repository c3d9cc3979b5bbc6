"""The pipeline declaration, wanted or found, in the words that both sides are compared in."""

import json
from collections.abc import Mapping
from typing import Any

from pipectl.engine.values import Exactly, Ordered, exactly, in_order
from pipectl.kinds.raw import arranged

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
    said["triggers"] = own_triggers(raw, region)
    said["stages"] = {
        stage["name"]: {"order": number, **_stage_words(stage, region)}
        for number, stage in enumerate(raw["stages"], 1)
    }
    return said | {key: value for key, value in raw.items() if key not in SPOKEN}


def own_triggers(raw: Mapping[str, Any], region: str) -> list[Any]:
    """The triggers but for the default ones, which AWS adds to V2 pipelines that name none.

    A source with a connection gets a push on its branch (hashicorp/terraform-provider-aws#38409), unless its
    DetectChanges is false (action reference, CodeStarSourceConnection).
    """
    actions = [action for stage in raw["stages"] for action in stage["actions"]]
    usual = [trigger for each in actions if (trigger := default_trigger(each))]
    return [each for each in _bare(raw.get("triggers") or [], region) if each not in usual]


CONNECTION = "CodeStarSourceConnection"


def default_trigger(action: Mapping[str, Any]) -> dict[str, Any] | None:
    """The trigger that AWS adds by itself for a source action; None when it adds none."""
    kind, values = action["actionTypeId"], action.get("configuration") or {}
    is_watched = kind["provider"] == CONNECTION and values.get("DetectChanges", "true") != "false"
    if not is_watched or kind["category"] != "Source":
        return None
    branches = {"branches": {"includes": [values.get("BranchName")]}}
    git = {"sourceActionName": action["name"], "push": [branches]}
    return {"providerType": CONNECTION, "gitConfiguration": git}


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
    said = {key: _compared(key, value) for key, value in words(params, region).items()}
    for stage in said["stages"].values():
        for action in stage["actions"].values():
            action["configuration"] = in_order(exactly(action["configuration"]))
            action |= {key: Ordered(action[key]) for key in ("inputs", "outputs")}
        stage["actions"] = Exactly(stage["actions"])
        stage |= {word: _exact_conditions(stage[word]) for word in STAGE_WORDS.values()}
    said["triggers"] = exactly(said["triggers"])
    for key in ("stages", "variables", "artifact_bucket", "encryption_keys"):
        said[key] = Exactly(said[key])
    return said


SERVICE = "codepipeline"


def _compared(key: str, value: Any) -> Any:
    """What is AWS's own is compared as such: mostly sets, with defaults filled in."""
    if key != "stages":
        return value if key in ("variables", "tags") else arranged(SERVICE, value, key)
    return {
        name: {word: _compared_part(word, part) for word, part in stage.items()}
        for name, stage in value.items()
    }


def _compared_part(word: str, part: Any) -> Any:
    if word != "actions":
        return arranged(SERVICE, part, word)
    return {
        name: {key: arranged(SERVICE, value, key) for key, value in action.items()}
        for name, action in part.items()
    }


MASK = "****"
"""How AWS answers the value of a secret property (user guide, Pipeline structure reference)."""


def unmasked(stated: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What was found of the stages with the stated values in place of masks, and what was masked."""
    hidden: list[str] = []
    stages = {
        name: {**stage, "actions": _unmasked(stated.get(name) or {}, name, stage["actions"], hidden)}
        for name, stage in said.items()
    }
    return stages, hidden


def _unmasked(
    stated: Mapping[str, Any], stage: str, actions: Mapping[str, Any], hidden: list[str]
) -> dict[str, Any]:
    found = {}
    for name, action in actions.items():
        ours = ((stated.get("actions") or {}).get(name) or {}).get("configuration") or {}
        masked = [key for key, text in action["configuration"].items() if text == MASK and key in ours]
        hidden += [f"{key} of action {stage}/{name}" for key in masked]
        values = {**action["configuration"], **{key: ours[key] for key in masked}}
        found[name] = {**action, "configuration": values}
    return found


def _exact_conditions(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What stands beside the conditions (a result, a way to retry) AWS may fill in."""
    return None if said is None else {**said, "conditions": exactly(said.get("conditions"))}
