"""Actions, rules and conditions of a pipeline as the spec writes them."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pipectl.arrive.looking import filled, rest
from pipectl.kinds.declaration_words import FILLED, SPOKEN_ACTION
from pipectl.kinds.providers import Provider, provider

TRUTHS = frozenset({"poll", "detect_changes", "allow_key_override", "extract", "batch", "combine_artifacts"})
ARNS = frozenset({"connection", "topic", "state_machine", "stack_role"})
CHOICES = {
    "output_format": {"CODE_ZIP", "CODEBUILD_CLONE_REF"},
    "registry_type": {"private", "public"},
    "input_type": {"Literal", "FilePath"},
}
ARN = re.compile(r"arn:aws(-\w+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+")
MINUTES = re.compile(r"[1-9]|[1-5]\d|60")


def known_provider(raw: Mapping[str, Any], *, first_stage: bool) -> Provider | None:
    """What pipectl knows of an action's provider; nothing of those of other owners."""
    kind = raw["actionTypeId"]
    known = provider(kind["provider"], kind["category"], first_stage=first_stage)
    return known if kind["owner"] == "AWS" else None


def action(raw: Mapping[str, Any], region: str, *, first_stage: bool, event_rule: Any) -> dict[str, Any]:
    """One action, complete; `event_rule` is None where pipectl's own or none is meant."""
    kind = raw["actionTypeId"]
    said: dict[str, Any] = {"name": raw["name"], "provider": kind["provider"], "category": kind["category"]}
    said |= _unless(owner=(kind["owner"], "AWS"), version=(kind["version"], "1"))
    said |= _configuration(raw, known_provider(raw, first_stage=first_stage))
    if event_rule is not None:
        said["event_rule"] = event_rule
    said["inputs"] = [each["name"] for each in raw.get("inputArtifacts") or []]
    said["outputs"] = [each["name"] for each in raw.get("outputArtifacts") or []]
    files = [file for each in raw.get("outputArtifacts") or [] for file in each.get("files") or []]
    said |= _unless(run_order=(raw.get("runOrder") or 1, 1), region=(raw.get("region"), region))
    return said | filled(
        namespace=raw.get("namespace"),
        role=raw.get("roleArn"),
        timeout_minutes=raw.get("timeoutInMinutes"),
        commands=raw.get("commands"),
        output_variables=raw.get("outputVariables"),
        output_files=files,
        aws=rest(raw, SPOKEN_ACTION, {}),
    )


def _unless(**values: tuple[Any, Any]) -> dict[str, Any]:
    """Each value beside its usual one, which is not written."""
    return {key: value for key, (value, usual) in values.items() if value not in (None, "", usual)}


def _configuration(raw: Mapping[str, Any], known: Provider | None) -> dict[str, Any]:
    """Friendly keys where there are such, else AWS's own."""
    values = dict(raw.get("configuration") or {})
    if known is None:
        return filled(configuration=values)
    usual = FILLED.get((known.category, raw["actionTypeId"]["provider"]), {})
    values = {key: value for key, value in values.items() if usual.get(key) != value}
    if "poll" in known.keys:
        values.setdefault("PollForSourceChanges", usual["PollForSourceChanges"])
    said = {}
    for ours, theirs in known.keys.items():
        value = _friendly(ours, values[theirs]) if theirs in values else None
        if value is not None:
            said[ours] = value
            del values[theirs]
    return said | filled(configuration=values)


def _friendly(key: str, text: str) -> Any:
    """The value as the grammar has it; None when only AWS's own key can say it."""
    if key in TRUTHS:
        return {"true": True, "false": False}.get(text)
    if key in ARNS:
        return text if ARN.fullmatch(text) else None
    if key in CHOICES:
        return text if text in CHOICES[key] else None
    if key == "deployment_timeout_minutes":
        return int(text) if MINUTES.fullmatch(text) else None
    if key == "environment":
        return _variables(text)
    if key == "parameters":
        found = _parsed(text)
        return found if isinstance(found, dict) else None
    return text or None


def _variables(text: str) -> dict[str, str] | None:
    """`[{"name": ..., "value": ..., "type": "PLAINTEXT"}]` and nothing else."""
    found = _parsed(text)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return None
    said = {each.get("name"): each.get("value") for each in found}
    plain = all(each.get("type") == "PLAINTEXT" and len(each) == 3 for each in found)  # noqa: PLR2004  its keys
    fits = (
        plain
        and len(said) == len(found)
        and all(isinstance(each, str) for pair in said.items() for each in pair)
    )
    return {str(name): str(value) for name, value in said.items()} if fits else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def condition(raw: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """`before_entry` and `on_success`: the one condition; what is more, the comparison brings to light."""
    conditions = (raw or {}).get("conditions") or []
    if not conditions:
        return None
    first = conditions[0]
    return filled(result=first.get("result"), rules=[_rule(each) for each in first.get("rules") or []])


def on_failure(raw: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What happens when the stage failed."""
    if not raw:
        return None
    if raw.get("conditions"):
        return condition(raw)
    retry = (raw.get("retryConfiguration") or {}).get("retryMode")
    return filled(result=raw.get("result"), retry=retry)


def _rule(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": raw["name"], "provider": raw["ruleTypeId"]["provider"]} | filled(
        configuration=raw.get("configuration"),
        inputs=[each["name"] for each in raw.get("inputArtifacts") or []],
        commands=raw.get("commands"),
        role=raw.get("roleArn"),
        region=raw.get("region"),
        timeout_minutes=raw.get("timeoutInMinutes"),
    )
