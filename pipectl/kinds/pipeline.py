"""The pipeline: its declaration, its role, and the holds that must survive an update."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pipectl.aws import keys
from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, side_by_side
from pipectl.aws.permissions import Condition, Need, Purpose, needs, passing
from pipectl.command import pipectl
from pipectl.engine.plan import differences
from pipectl.engine.values import EXECUTIONS, NOTES, Action, Remark, Resource, State, Step
from pipectl.errors import Declined
from pipectl.kinds import bucket, foreign_accounts, holds, pipeline_removal
from pipectl.kinds.declaration import PURPOSE, artifact_bucket, declaration
from pipectl.kinds.declaration_words import stated, unmasked, words
from pipectl.kinds.kind import Kind, New, Wanted, listed, mapped, tag_changes, tags
from pipectl.kinds.permissions import role_statements
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.references import references
from pipectl.kinds.role import service_role
from pipectl.kinds.update_guard import (
    MISSING,
    VERSION,
    changes_declaration,
    disturbed,
    ending,
    refuse_jump,
    refuse_unseen,
    refuse_unseen_executions,
    running,
)
from pipectl.spec.spec import Spec

NAME = "pipeline"


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each entry of `codepipeline`, its role, the artifact bucket, and all it only uses."""
    yield from references(spec, account)
    for name, block in spec.all(Pipeline).items():
        if not block.managed:
            yield Resource(NAME, name, managed=False)
            continue
        resource = _resource(spec, account, name, block)
        yield resource
        if not block.role:
            needed = role_statements(spec, account, resource.request["declaration"])
            allowed = [*needed, *block.statements]
            yield service_role(spec, account, name, PURPOSE, "codepipeline", allowed)
        made = bucket.artifact_bucket(spec, account)
        if artifact_bucket(spec, account, block) == made.name:
            yield made


def _resource(spec: Spec, account: Account, name: str, block: Pipeline) -> Resource:
    wanted = declaration(spec, account, name)
    disabled = {
        stage.name: stage.transition.reason or DEFAULT_REASON
        for stage in block.stages
        if stage.transition and not stage.transition.enabled
    }
    opened = [stage.name for stage in block.stages if stage.transition and stage.transition.enabled]
    return Resource(
        NAME,
        name,
        {**stated(wanted, account.region), "tags": tags(spec, block.tags)},
        request={"declaration": wanted, "holds": disabled, "opened": opened},
    )


DEFAULT_REASON = holds.CLOSED_BY_SPEC


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """The declaration and the tags of each pipeline, side by side."""
    tagged = [name for name in wanted if "tags" in wanted[name]]
    found, tags_of = side_by_side([
        partial(by_name, partial(_found, wanted), cloud, wanted),
        partial(by_name, _tags, cloud, tagged),
    ])  # fmt: skip
    return {
        name: {**state, "tags": tags_of.get(name, {})} for name, state in found.items() if state is not None
    }


def _found(wanted: Wanted, cloud: Cloud, name: str) -> State | None:
    """The declaration in words; and what runs, when it is to change or to go."""
    raw = _declaration(cloud, name)
    if raw is None:
        return None
    said = {**words(raw, cloud.account.region), VERSION: raw.get("version")}
    declared = {key: value for key, value in wanted[name].items() if key != "tags"}
    said["stages"], hidden = unmasked(declared.get("stages") or {}, said["stages"])
    said[NOTES] = [f"{each} cannot be compared: AWS shows no secrets" for each in hidden]
    said["encryption_key"] = keys.as_stated(cloud, declared.get("encryption_key"), said["encryption_key"])
    if any(differences(declared, said)):
        said[EXECUTIONS] = running(cloud, name)
        if holds.changes_stages(declared, said):
            said[holds.HOLDS] = holds.read(cloud, name)
    return said


def _declaration(cloud: Cloud, name: str) -> dict[str, Any] | None:
    answer = find(MISSING, cloud, "codepipeline", "get_pipeline", name=name)
    return dict(answer["pipeline"]) if answer else None


def _tags(cloud: Cloud, name: str) -> dict[str, str]:
    arn = cloud.account.arn("codepipeline", name)
    missing = ("ResourceNotFoundException", *MISSING)
    answer = find(missing, cloud, "codepipeline", "list_tags_for_resource", resourceArn=arn)
    return mapped(answer["tags"]) if answer else {}


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the pipeline, and at once close the stages that the spec holds: CreatePipeline starts a run."""
    tagged = listed(resource.stated["tags"])
    cloud.call("codepipeline", "create_pipeline", pipeline=resource.request["declaration"], tags=tagged)
    for stage, reason in resource.request["holds"].items():
        _close(cloud, resource.name, stage, reason)


def update(cloud: Cloud, step: Step) -> None:
    """Send the declaration when it differs, and see to it that every hold survives.

    Nobody documents whether a closed transition survives UpdatePipeline (docs/aws/codepipeline.md, 2.3), so
    the holds are read before and looked at again after. Raises Declined when an execution runs, or a hold or
    a version is there, of which the plan does not know.
    """
    resource = step.resource
    if changes_declaration(step):
        state = cloud.call("codepipeline", "get_pipeline_state", name=resource.name)
        refuse_unseen(state, step)
        held = holds.holds(state["stageStates"])
        holds.refuse_new(held, step)
        places = holds.carried(held, resource.stated, step.before or {}, resource.request["opened"])
        version = (step.before or {}).get(VERSION)
        reasons = _reasons(step, places, held)
        if places and holds.is_kept(places, step.before or {}):
            _hold(cloud, resource.name, places.values(), reasons, held)
        elif places:
            found = _send(cloud, step, _between(resource.request["declaration"], places), reasons, version)
            refuse_unseen_executions(found, step)
            version = None if version is None else version + 1
        _send(cloud, step, resource.request["declaration"], reasons, version)
    if changed := tag_changes(step):
        arn = cloud.account.arn("codepipeline", resource.name)
        cloud.call("codepipeline", "tag_resource", resourceArn=arn, tags=listed(changed))


def _between(declared: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """The declaration that keeps each held stage until the one in its place is held (holds.py says why)."""
    between = holds.between(declared, places)
    if len(between["stages"]) > holds.MOST_STAGES:
        raise Declined(
            f"{', '.join(places)} cannot be renamed without losing the hold: that takes {len(places)} more"
            f" stages for a moment, and a pipeline has at most {holds.MOST_STAGES}",
            hint="enable the transition first, with "
            + pipectl("enable-transition", *list(places)[-1:], pipeline=declared["name"]),
        )
    return between


def _reasons(step: Step, places: Mapping[str, str], held: Sequence[holds.Hold]) -> dict[str, str]:
    """Stage -> why it is to be held: what is, what takes its place, and new stages that the spec holds."""
    stated: Mapping[str, str] = step.resource.request["holds"]
    new = step.resource.stated["stages"].keys() - ((step.before or {}).get("stages") or {}).keys()
    reasons = {stage: reason for stage, reason in stated.items() if stage in new}
    reasons |= {hold.stage: hold.reason for hold in held}
    for hold in reversed(held):
        if place := places.get(hold.stage):
            reasons[place] = stated.get(place, hold.reason)
    return reasons


def _send(
    cloud: Cloud, step: Step, declared: Mapping[str, Any], reasons: Mapping[str, str], version: int | None
) -> Sequence[Mapping[str, Any]]:
    """Send a declaration that follows a version, and hold its stages; the stage states after it, if read.

    UpdatePipeline raises the version even when nothing differs, so an equal declaration is never sent.
    """
    name = step.resource.name
    answer = cloud.call("codepipeline", "update_pipeline", pipeline=declared)
    stages = [stage["name"] for stage in declared["stages"] if stage["name"] in reasons]
    found: Sequence[Mapping[str, Any]] = ()
    if stages:
        found = cloud.call("codepipeline", "get_pipeline_state", name=name)["stageStates"]
        _hold(cloud, name, stages, reasons, holds.holds(found))
    refuse_jump(answer, version)
    return found


def _hold(
    cloud: Cloud, name: str, stages: Iterable[str], reasons: Mapping[str, str], held: Iterable[holds.Hold]
) -> None:
    closed = {hold.stage for hold in held}
    for stage in dict.fromkeys(stages):
        if stage not in closed:
            _close(cloud, name, stage, reasons[stage])


def _close(cloud: Cloud, name: str, stage: str, reason: str) -> None:
    cloud.call(
        "codepipeline",
        "disable_stage_transition",
        pipelineName=name,
        stageName=stage,
        transitionType="Inbound",
        reason=reason,
    )


def remark(cloud: Cloud, step: Step, new: New) -> Iterator[Remark]:
    """What becomes of holds, and which executions a change of the declaration would disturb."""
    if step.action is not Action.CREATE and changes_declaration(step):
        yield from holds.remarks(step)
        yield from disturbed(cloud, step)


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, AWS CodePipeline."""
    arns = [account.arn("codepipeline", resource.name)]
    yield from needs(Purpose.PLAN, arns, "codepipeline:GetPipeline")
    if not resource.managed:
        return
    looks = ("codepipeline:GetPipeline", "codepipeline:ListTagsForResource")
    yield from needs(Purpose.PLAN | Purpose.DESTROY, arns, *looks)
    runs = ("codepipeline:ListPipelineExecutions", "codepipeline:GetPipelineState")
    yield from needs(Purpose.PLAN | Purpose.DESTROY, arns, *runs)
    makes = ("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline", "codepipeline:TagResource")
    yield from needs(Purpose.CREATE, arns, *makes)
    wanted = resource.request["declaration"]
    stages = [f"{arn}/{stage['name']}" for arn in arns for stage in wanted["stages"]]
    yield from needs(Purpose.CREATE, stages, "codepipeline:DisableStageTransition")
    yield from keys.looking_up(account, [resource.stated.get("encryption_key")])
    yield from passing([wanted.get("roleArn")], "codepipeline")
    yield from _connections(wanted)
    yield from needs(Purpose.DESTROY, arns, "codepipeline:DeletePipeline", "codepipeline:UntagResource")


def _connections(wanted: Mapping[str, Any]) -> Iterator[Need]:
    """A pipeline is handed its connections, under the old name of the service or the new one.

    User guide of the Developer Tools console, "Permissions for passing connections to AWS services".
    """
    actions = [action for stage in wanted["stages"] for action in stage["actions"]]
    found = {(action.get("configuration") or {}).get("ConnectionArn") for action in actions}
    for arn in sorted(filter(None, found)):
        service = arn.split(":")[2]
        receiver = Condition(f"{service}:PassedToService", "codepipeline.amazonaws.com")
        yield from needs(Purpose.CREATE, [arn], f"{service}:PassConnection", condition=receiver)
        yield from needs(Purpose.CREATE, [arn], f"{service}:GetConnection")  # is it complete?


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    {"codepipeline": Pipeline},
    conflict=foreign_accounts.pipeline_conflict,
    remark=remark,
    delete=pipeline_removal.delete,
    release=pipeline_removal.release,
    leaving=pipeline_removal.leaving,
    ending=ending,
    permissions=permissions,
    events=("UpdatePipeline", "DeletePipeline"),
)
