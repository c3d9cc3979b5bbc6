"""The event rule and target that start the pipeline when its source changes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs, passing
from pipectl.engine.values import Action, Exactly, Remark, Resource, State, Step, exactly
from pipectl.errors import AwsError
from pipectl.facts.calls import event_target_calls
from pipectl.kinds import names
from pipectl.kinds.declaration import configuration
from pipectl.kinds.kind import OUR_TAGS, Kind, New, Wanted, listed, mapped, tag_changes, tags
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.role import role_arn, service_role
from pipectl.kinds.statements import statements
from pipectl.kinds.wiring import Wired, wired
from pipectl.spec.spec import Spec

NAME = "event rule"
PURPOSE = "events"
TARGET = "pipeline"
"""The id of the one target that pipectl puts on a rule."""

MISSING = ("ResourceNotFoundException",)


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One rule for each source action that needs one, and one role for all rules of a pipeline."""
    for name, block in spec.all(Pipeline).items():
        sources = [wire for wire in wired(block) if _needs_rule(wire)] if block.managed else []
        for wire in sources:
            if own := wire.action.event_rule:
                yield Resource(NAME, own, managed=False)
            else:
                yield _resource(spec, account, name, block, wire)
        if any(not wire.action.event_rule for wire in sources):
            target = {
                "Arn": account.arn("codepipeline", name),
                "RoleArn": role_arn(spec, account, name, PURPOSE),
            }
            started = statements(event_target_calls(target, account.place))
            yield service_role(spec, account, name, PURPOSE, "events", started)


def _needs_rule(wire: Wired) -> bool:
    """Connections start pipelines themselves; who polls needs no rule and would run twice with one."""
    polls = configuration(wire).get("PollForSourceChanges") == "true"
    refused = polls or wire.action.event_rule is False
    return wire.category == "Source" and wire.action.provider in PATTERNS and not refused


def _resource(spec: Spec, account: Account, name: str, block: Pipeline, wire: Wired) -> Resource:
    pattern = PATTERNS[wire.action.provider](account, configuration(wire))
    target = {"arn": account.arn("codepipeline", name), "role": role_arn(spec, account, name, PURPOSE)}
    stated = {
        "pattern": exactly(pattern),
        "state": "ENABLED",
        "targets": {TARGET: target},
        "tags": tags(spec, block.tags),
    }
    said = f"Starts the pipeline {name} when its source {wire.name} changes"
    request = {"pattern": json.dumps(pattern), "description": said}
    return Resource(NAME, names.rule(name, wire.name), stated, request=request)


def _codecommit(account: Account, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [account.arn("codecommit", values.get("RepositoryName", ""))],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [values.get("BranchName", "")],
        },
    }


def _ecr(account: Account, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "source": ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        "detail": {
            "action-type": ["PUSH"],
            "result": ["SUCCESS"],
            "repository-name": [values.get("RepositoryName", "")],
            "image-tag": [values.get("ImageTag", "latest")],
        },
    }


def _s3(account: Account, values: Mapping[str, str]) -> dict[str, Any]:
    """The bucket's own event, which needs no CloudTrail; the bucket must send its events to EventBridge."""
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [values.get("S3Bucket", "")]},
            "object": {"key": [values.get("S3ObjectKey", "")]},
        },
    }


PATTERNS = {"CodeCommit": _codecommit, "ECR": _ecr, "S3": _s3}
"""Provider -> the event that means a change (user guide, "detect-state-changes")."""


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Pattern, targets and tags of each rule, three calls side by side."""
    return {name: state for name, state in by_name(_state, cloud, wanted).items() if state is not None}


def _state(cloud: Cloud, name: str) -> State | None:
    arn = cloud.account.arn("events", f"rule/{name}")
    rule, targets, tagging = side_by_side([
        lambda: find(MISSING, cloud, "events", "describe_rule", Name=name),
        lambda: find(MISSING, cloud, "events", "list_targets_by_rule", Rule=name),
        lambda: find(MISSING, cloud, "events", "list_tags_for_resource", ResourceARN=arn),
    ])  # fmt: skip
    if rule is None:
        return None
    return {
        "pattern": _pattern_words(json.loads(rule.get("EventPattern") or "{}")),
        "state": rule.get("State"),
        "targets": {
            each["Id"]: {"arn": each["Arn"], "role": each.get("RoleArn")}
            for each in (targets or {}).get("Targets", [])
        },
        "tags": mapped((tagging or {}).get("Tags"), "Key", "Value"),
    }


def _pattern_words(pattern: Any) -> Any:
    """Every leaf of a pattern is a list, and a list is a set (user guide of EventBridge, event patterns)."""
    if isinstance(pattern, Mapping):
        return {key: _pattern_words(value) for key, value in pattern.items()}
    return sorted(pattern, key=str) if isinstance(pattern, list) else pattern


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the rule with its tags, then give it its target."""
    _put_rule(cloud, resource, Tags=listed(resource.stated["tags"], "Key", "Value"))
    _put_target(cloud, resource)


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs; targets that others put on the rule stay."""
    resource = step.resource
    if step.changes("pattern", "state"):
        _put_rule(cloud, resource)
    if step.changes("targets"):
        _put_target(cloud, resource)
    if changed := tag_changes(step):
        arn = cloud.account.arn("events", f"rule/{resource.name}")
        cloud.call("events", "tag_resource", ResourceARN=arn, Tags=listed(changed, "Key", "Value"))


def _put_rule(cloud: Cloud, resource: Resource, **more: Any) -> None:
    """PutRule forgets what it is not told, so it is told everything (API reference)."""
    cloud.call(
        "events",
        "put_rule",
        Name=resource.name,
        EventPattern=resource.request["pattern"],
        Description=resource.request["description"],
        State="ENABLED",
        **more,
    )


def _put_target(cloud: Cloud, resource: Resource) -> None:
    target = resource.stated["targets"][TARGET]
    entry = {"Id": TARGET, "Arn": target["arn"], "RoleArn": target["role"]}
    answer = cloud.call("events", "put_targets", Rule=resource.name, Targets=[entry])
    for failed in answer.get("FailedEntries") or []:  # which come with a status of 200
        raise AwsError("events", "put_targets", failed["ErrorCode"], failed.get("ErrorMessage", ""))


def remark(cloud: Cloud, step: Step, new: New) -> Iterator[Remark]:
    """An S3 source only tells EventBridge of its objects when its bucket is set so."""
    pattern = step.resource.stated.get("pattern")
    if isinstance(pattern, Exactly) and pattern.get("source") == ["aws.s3"]:
        name = pattern["detail"]["bucket"]["name"][0]
        yield Remark(f"bucket {name} must send its events to EventBridge, and keep versions")


def delete(cloud: Cloud, step: Step) -> None:
    """Take all targets off, then the rule: one with targets cannot be deleted (API reference, DeleteRule)."""
    name = step.resource.name
    if targets := list((step.before or {}).get("targets") or {}):
        answer = find(MISSING, cloud, "events", "remove_targets", Rule=name, Ids=targets)
        for failed in (answer or {}).get("FailedEntries") or []:  # which come with a status of 200
            raise AwsError("events", "remove_targets", failed["ErrorCode"], failed.get("ErrorMessage", ""))
    find(MISSING, cloud, "events", "delete_rule", Name=name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("events", f"rule/{step.resource.name}")
    cloud.call("events", "untag_resource", ResourceARN=arn, TagKeys=OUR_TAGS)


def stays(step: Step, steps: Sequence[Step]) -> str | None:
    """A rule stays with a pipeline that stays: without it nothing would start that any more."""
    staying = [each for each in _started(step, steps) if each.action is not Action.DELETE]
    return f"it starts pipeline `{staying[0].resource.name}`, which stays" if staying else None


def misses(step: Step, steps: Sequence[Step]) -> str | None:
    """A rule does not keep its pipeline: it may have other targets, and what it starts need not be there."""
    going = [each for each in _started(step, steps) if each.action is Action.DELETE]
    return f"it starts pipeline `{going[0].resource.name}`, which goes" if going else None


def _started(step: Step, steps: Sequence[Step]) -> list[Step]:
    """The steps of the pipelines that are there and that the rule starts."""
    targets: Mapping[str, Any] = (step.before or {}).get("targets") or {}
    starts = {str(target["arn"]).rpartition(":")[2] for target in targets.values()}
    return [
        each
        for each in steps
        if each.resource.kind == "pipeline" and each.resource.name in starts and each.before is not None
    ]


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon EventBridge.

    Tags at the creation need `events:TagResource` (API reference, PutRule).
    """
    arns = [account.arn("events", f"rule/{resource.name}")]
    looks = ("events:DescribeRule", "events:ListTargetsByRule", "events:ListTagsForResource")
    yield from needs(Purpose.PLAN, arns, *looks)
    if not resource.managed:
        return
    yield from needs(Purpose.DESTROY, arns, *looks)
    yield from needs(Purpose.CREATE, arns, "events:PutRule", "events:PutTargets", "events:TagResource")
    yield from passing([resource.stated["targets"][TARGET]["role"]], "events")
    ends = ("events:RemoveTargets", "events:DeleteRule", "events:UntagResource")
    yield from needs(Purpose.DESTROY, arns, *ends)


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    remark=remark,
    delete=delete,
    release=release,
    stays=stays,
    misses=misses,
    permissions=permissions,
    events=("PutRule", "PutTargets", "RemoveTargets", "EnableRule", "DisableRule", "DeleteRule"),
)
