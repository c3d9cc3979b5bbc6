"""Pipelines as the spec writes them."""

import re
from collections.abc import Mapping
from typing import Any

from pipectl.arrive import actions
from pipectl.arrive.looking import Look, filled, own_tags, rest
from pipectl.kinds.declaration_words import SPOKEN, SPOKEN_STAGE, own_triggers
from pipectl.kinds.kind import snake
from pipectl.kinds.pipeline import DEFAULT_REASON
from pipectl.kinds.pipeline_block import REASON_PATTERN
from pipectl.kinds.transition import words

CONNECTION = "CodeStarSourceConnection"


def block(
    look: Look, raw: Mapping[str, Any], event_rules: Mapping[str, Any], stores: Mapping[str, Any]
) -> dict[str, Any]:
    """A pipeline in the grammar.

    `stores` are its notifications, and its role and bucket where they are not pipectl's own.
    """
    mode, kind = raw.get("executionMode") or "SUPERSEDED", raw.get("pipelineType") or "V1"
    said = filled(
        execution_mode=mode if mode != "SUPERSEDED" else None,
        pipeline_type=kind if kind != "V2" else None,
        variables=_variables(raw),
    )
    own = own_triggers(raw, look.account.region)
    triggers = _triggers(own)
    said |= filled(triggers=triggers, **stores)
    gates = _gates(look, str(raw["name"]))
    said["stages"] = [
        _stage(stage, look.account.region, event_rules, gates.get(stage["name"]), first=number == 0)
        for number, stage in enumerate(raw["stages"])
    ]
    more = rest(raw, SPOKEN, {})
    if own and triggers is None:
        more["triggers"] = own
    return said | filled(tags=_tags(look, str(raw["name"])), aws=more)


def all_tags(look: Look, name: str) -> dict[str, str]:
    """Every tag of a pipeline."""
    arn = look.account.arn("codepipeline", name)
    answer = look.ask(
        f"tags of pipeline {name}",
        "codepipeline",
        "list_tags_for_resource",
        ("ResourceNotFoundException",),
        resourceArn=arn,
    )
    return {tag["key"]: tag["value"] for tag in (answer or {}).get("tags", [])}


def _tags(look: Look, name: str) -> dict[str, str]:
    return own_tags(all_tags(look, name))


def stores(raw: Mapping[str, Any], region: str) -> dict[str, Mapping[str, Any]]:
    """Region -> artifact store."""
    return dict(raw.get("artifactStores") or {region: raw.get("artifactStore") or {}})


def _variables(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each["name"]: filled(default=each.get("defaultValue"), description=each.get("description"))
        for each in raw.get("variables") or []
    }


def _triggers(own: list[Any]) -> dict[str, Any] | None:
    """Source action -> what starts the pipeline; None when the grammar has no words for all of them."""
    said: dict[str, Any] = {}
    for each in own:
        git = each.get("gitConfiguration") or {}
        name = git.get("sourceActionName")
        if each.get("providerType") != CONNECTION or name is None or name in said:
            return None
        said[name] = _spoken({key: value for key, value in git.items() if key != "sourceActionName"})
    return said


def _spoken(value: Any) -> Any:
    """AWS's keys in snake case, at every depth, without what is empty."""
    if isinstance(value, Mapping):
        bare = {snake(key): _spoken(item) for key, item in value.items()}
        return {key: item for key, item in bare.items() if item not in (None, [], {})}
    return [_spoken(item) for item in value] if isinstance(value, list) else value


def _gates(look: Look, name: str) -> dict[str, Any]:
    """The gates that are closed, as the spec states them. Open ones are left to people."""
    answer = look.ask(f"transitions of pipeline {name}", "codepipeline", "get_pipeline_state", name=name)
    said: dict[str, Any] = {}
    for stage in (answer or {}).get("stageStates", []):
        gate = words(stage.get("inboundTransitionState") or {})
        if gate["enabled"]:
            continue
        reason = gate["reason"] or ""
        if reason in ("", DEFAULT_REASON) or not re.fullmatch(REASON_PATTERN, reason):
            said[stage["stageName"]] = "disabled"
        else:
            said[stage["stageName"]] = {"enabled": False, "reason": reason}
    return said


def _stage(
    raw: Mapping[str, Any], region: str, event_rules: Mapping[str, Any], gate: Any, *, first: bool
) -> dict[str, Any]:
    said = {"name": raw["name"]} | filled(
        transition=gate,
        before_entry=actions.condition(raw.get("beforeEntry")),
        on_success=actions.condition(raw.get("onSuccess")),
        on_failure=actions.on_failure(raw.get("onFailure")),
    )
    said["actions"] = [
        actions.action(each, region, first_stage=first, event_rule=event_rules.get(each["name"]))
        for each in raw["actions"]
    ]
    return said | filled(aws=rest(raw, SPOKEN_STAGE, {}))
