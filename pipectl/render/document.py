"""Values as plain data, for `-o json` and `-o yaml`. The keys are stable; new ones may be added.

One command prints one document: an object for one spec (or pipeline), a list for several. Moments are
ISO 8601 in UTC. Secrets are masked as on the screen.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipectl.engine.values import Action, Outcome, Plan, Step
from pipectl.facts.secret_names import redacted
from pipectl.render.error import message, permission
from pipectl.render.secrets import masked
from pipectl.render.times import iso
from pipectl.runs.services import awaits_first_deployment
from pipectl.runs.values import Execution, Gate, PipelineState, StageState


def document(value: Any, output: str) -> str:
    """The data as JSON or YAML text."""
    data = _data(value)
    if output == "json":
        return json.dumps(data, indent=2, ensure_ascii=False)
    import yaml

    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True).rstrip("\n")


def one_or_all(values: Sequence[Any]) -> Any:
    """The only value itself, else the list of them."""
    return values[0] if len(values) == 1 else list(values)


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan: `notes` are what the screen says below a step, `obstacle` is why it cannot be carried out."""
    return {
        "stack": plan.stack,
        "account": plan.account,
        "region": plan.region,
        "summary": {str(action): plan.count(action) for action in CREATING},
        "steps": [_step_data(step) for step in plan.steps],
        "orphans": [{"kind": each.kind, "name": each.name} for each in plan.orphans],
    }


CREATING = (Action.CREATE, Action.UPDATE, Action.ADOPT, Action.KEEP)
LEAVING = (Action.DELETE, Action.RELEASE, Action.KEEP)


def removal_data(plan: Plan, outcomes: Sequence[Outcome], reads: int, writes: int) -> dict[str, Any]:
    """How a stack goes: of each thing that is there its action, why it stays or what goes with it."""
    ended = {id(outcome.step): outcome for outcome in outcomes}
    steps = [step for step in plan.steps if step.before is not None]
    return {
        "stack": plan.stack,
        "account": plan.account,
        "region": plan.region,
        "summary": {str(action): sum(step.action is action for step in steps) for action in LEAVING},
        "steps": [
            {
                "kind": step.resource.kind,
                "name": step.resource.name,
                "action": str(step.action),
                "notes": [remark.text for remark in step.remarks],
                **_ended(ended.get(id(step))),
            }
            for step in steps
        ],
        "calls": {"read": reads, "write": writes},
    }


def _ended(outcome: Outcome | None) -> dict[str, Any]:
    return {
        "outcome": str(outcome.result) if outcome else None,
        "error": message(outcome.error) if outcome and outcome.error else None,
    }


def _step_data(step: Step) -> dict[str, Any]:
    return {
        "kind": step.resource.kind,
        "name": step.resource.name,
        "action": str(step.action),
        "differences": [
            {
                "path": each.path,
                "before": masked(each.path, each.before),
                "after": masked(each.path, each.after),
            }
            for each in step.differences
        ],
        "notes": [remark.text for remark in step.remarks],
        "obstacle": step.obstacle and {"message": step.obstacle.message, "hint": step.obstacle.hint},
    }


def create_data(plan: Plan, outcomes: Sequence[Outcome], reads: int, writes: int) -> dict[str, Any]:
    """A plan and how each step ended: done, failed, not tried, or null where nothing was to be done.

    `calls` counts the whole command, all of its specs together.
    """
    ended = {id(outcome.step): outcome for outcome in outcomes}
    data = plan_data(plan)
    for step, told in zip(plan.steps, data["steps"], strict=True):
        told.update(_ended(ended.get(id(step))))
    return {**data, "calls": {"read": reads, "write": writes}}


def problems_data(problems: Sequence[Any]) -> list[dict[str, Any]]:
    """Every problem of the specs."""
    keys = ("file", "line", "column", "severity", "rule", "message", "hint")
    return [{key: getattr(problem, key) for key in keys} for problem in problems]


def _data(value: Any) -> Any:
    """Only what JSON and YAML both know."""
    if isinstance(value, Mapping):
        return {str(key): _data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_data(item) for item in value]
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    return redacted(str(value))


def status_data(state: PipelineState) -> dict[str, Any]:
    """A pipeline as `status` tells it. Statuses and rollout states are AWS' own words."""
    return {
        "pipeline": state.pipeline,
        "region": state.region,
        "execution": state.execution and execution_data(state.execution),
        "first_push": _first_push(state),
        "stages": [_stage_data(stage) for stage in state.stages],
        "services": [
            {
                "cluster": service.cluster,
                "service": service.service,
                "desired": service.desired,
                "running": service.running,
                "rollout": service.rollout,
                "draining": service.is_draining,
                "awaits_first_deployment": awaits_first_deployment(state.stages, service),
                "images": list(service.images),
                "deployments": [
                    {
                        "status": each.status,
                        "revision": each.revision,
                        "desired": each.desired,
                        "running": each.running,
                        "pending": each.pending,
                        "failed": each.failed,
                    }
                    for each in service.deployments
                ],
            }
            for service in state.services
        ],
        "beside": [{**execution_data(each.execution), "stage": each.stage} for each in state.beside],
        "not_allowed": [permission(*each) for each in state.refused],
    }


def _first_push(state: PipelineState) -> dict[str, str] | None:
    """What the pipeline waits for where nothing was ever pushed: its source has not failed then."""
    missing = next((stage.missing for stage in state.stages if stage.missing), None)
    if missing is None or not missing.is_first:
        return None
    return {"repository": missing.repository, "branch": missing.branch, "url": missing.url}


def execution_data(execution: Execution) -> dict[str, Any]:
    """An execution in a few words."""
    return {
        "id": execution.id,
        "status": execution.status,
        "revision": execution.revision,
        "message": execution.message,
        "started": execution.started,
    }


def _stage_data(stage: StageState) -> dict[str, Any]:
    keys = ("name", "provider", "status", "summary", "error", "revision", "url", "changed_at")
    waiting = [
        {"execution": each.id, "revision": each.revision, "message": each.message} for each in stage.waiting
    ]
    return {
        "name": stage.name,
        "status": stage.status,
        "execution": stage.execution,
        "revision": stage.entered.revision if stage.entered else None,
        "message": stage.entered.message if stage.entered else None,
        "transition": gate_data(stage.gate),
        "waiting": next(iter(waiting), None),
        "behind": waiting[1:],
        "actions": [{key: getattr(action, key) for key in keys} for action in stage.actions],
    }


def gate_data(gate: Gate) -> dict[str, Any]:
    """A transition; `reason` and the change are null when nobody ever closed it."""
    return {
        "enabled": gate.enabled,
        "reason": gate.reason,
        "changed_by": gate.changed_by,
        "changed_at": gate.changed_at,
        "until": gate.until,
    }
