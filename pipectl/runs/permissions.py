"""What the commands about running pipelines need: to look at one, to act on it, and to ask why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.permissions import NO_RESOURCE, Need, Purpose, needs
from pipectl.runs.declared import Declaration

BOTH = Purpose.STATUS | Purpose.OPERATE


@dataclass(frozen=True)
class Logs:
    """Where a spec's builds and tasks log: project, and (cluster, service) -> log groups."""

    builds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    services: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)


def permissions(account: Account, name: str, declaration: Declaration | None, logs: Logs) -> Iterator[Need]:
    """Service Authorization Reference, AWS CodePipeline and the services that the actions work with.

    Of a pipeline that the spec only uses, the stages and actions are not known (None).
    """
    pipeline = account.arn("codepipeline", name)
    yield from _pipeline(pipeline)
    if declaration is None:
        yield from _stages([f"{pipeline}/*"])
        yield from needs(
            Purpose.OPERATE,
            [f"{pipeline}/*"],
            "codepipeline:PutApprovalResult",
            "codepipeline:OverrideStageCondition",
        )
        return
    yield from _stages([f"{pipeline}/{stage['name']}" for stage in declaration["stages"]])
    for stage in declaration["stages"]:
        if any(key in stage for key in OVERRIDABLE):
            arns = [f"{pipeline}/{stage['name']}"]
            yield from needs(Purpose.OPERATE, arns, "codepipeline:OverrideStageCondition")
        for action in stage["actions"]:
            yield from _action(account, f"{pipeline}/{stage['name']}", action, logs)
    yield from _why(account, declaration)


OVERRIDABLE = ("beforeEntry", "onSuccess")
"""The conditions that OverrideStageCondition takes (API reference)."""


def _pipeline(pipeline: str) -> Iterator[Need]:
    # `*`: ListPipelines knows no resources (Service Authorization Reference, AWS CodePipeline)
    yield from needs(BOTH, [NO_RESOURCE], "codepipeline:ListPipelines")
    looks = ("GetPipeline", "GetPipelineState", "GetPipelineExecution", "ListPipelineExecutions",
             "ListActionExecutions")  # fmt: skip
    yield from needs(BOTH, [pipeline], *(f"codepipeline:{look}" for look in looks))
    acts = ("StartPipelineExecution", "StopPipelineExecution")
    yield from needs(Purpose.OPERATE, [pipeline], *(f"codepipeline:{act}" for act in acts))


def _stages(stages: Iterable[str]) -> Iterator[Need]:
    acts = ("EnableStageTransition", "DisableStageTransition", "RetryStageExecution", "RollbackStage")
    yield from needs(Purpose.OPERATE, stages, *(f"codepipeline:{act}" for act in acts))


def _action(account: Account, stage: str, action: Mapping[str, Any], logs: Logs) -> Iterator[Need]:
    """An action may work in another Region than its pipeline."""
    there = replace(account, region=action.get("region") or account.region)
    values: Mapping[str, str] = action.get("configuration") or {}
    match action["actionTypeId"]["provider"]:
        case "Manual":
            arns = [f"{stage}/{action['name']}"]
            yield from needs(Purpose.OPERATE, arns, "codepipeline:PutApprovalResult")
        case "CodeBuild":
            yield from _build(there, values.get("ProjectName", ""), logs)
        case "ECS":
            yield from _service(there, values.get("ClusterName", ""), values.get("ServiceName", ""), logs)


def _build(account: Account, project: str, logs: Logs) -> Iterator[Need]:
    yield from needs(BOTH, [account.arn("codebuild", f"project/{project}")], "codebuild:BatchGetBuilds")
    yield from _streams(account, logs.builds.get(project, [f"/aws/codebuild/{project}"]))


def _service(account: Account, cluster: str, service: str, logs: Logs) -> Iterator[Need]:
    yield from needs(BOTH, [account.arn("ecs", f"service/{cluster}/{service}")], "ecs:DescribeServices")
    # `*`: these two know no resources (Service Authorization Reference, Amazon ECS)
    yield from needs(BOTH, [NO_RESOURCE], "ecs:DescribeTaskDefinition")
    yield from needs(Purpose.OPERATE, [NO_RESOURCE], "ecs:ListTaskDefinitions")
    yield from needs(Purpose.OPERATE, [account.arn("ecs", f"task/{cluster}/*")], "ecs:DescribeTasks")
    hosts = [account.arn("ecs", f"container-instance/{cluster}/*")]
    yield from needs(Purpose.OPERATE, hosts, "ecs:ListTasks")
    yield from _streams(account, logs.services.get((cluster, service), []))


def _streams(account: Account, groups: Iterable[str]) -> Iterator[Need]:
    streams = [account.arn("logs", f"log-group:{group}:log-stream:*") for group in groups]
    yield from needs(Purpose.OPERATE, streams, "logs:GetLogEvents")


def _why(account: Account, declaration: Declaration) -> Iterator[Need]:
    """What `why` asks beyond: the commits, what should have started the pipeline, and who stopped it."""
    # `*`: LookupEvents knows no resources (Service Authorization Reference, AWS CloudTrail)
    yield from needs(Purpose.OPERATE, [NO_RESOURCE], "cloudtrail:LookupEvents")
    for source in declaration["stages"][0]["actions"]:
        yield from _source(account, source)


def _source(account: Account, source: Mapping[str, Any]) -> Iterator[Need]:
    values: Mapping[str, str] = source.get("configuration") or {}
    provider = source["actionTypeId"]["provider"]
    if provider == "CodeCommit":
        arns = [account.arn("codecommit", values.get("RepositoryName", ""))]
        yield from needs(Purpose.OPERATE, arns, "codecommit:GetBranch", "codecommit:GetCommit")
    if provider == "CodeStarSourceConnection":
        arn = values.get("ConnectionArn", "")
        yield from needs(Purpose.OPERATE, [arn], f"{arn.split(':')[2]}:GetConnection")
    elif provider in ("CodeCommit", "S3", "ECR"):
        # `*`: ListRuleNamesByTarget knows no resources (Service Authorization Reference, EventBridge)
        yield from needs(Purpose.OPERATE, [NO_RESOURCE], "events:ListRuleNamesByTarget")


def rule_permissions(account: Account, name: str, role: str | None) -> Iterator[Need]:
    """What `why` asks about the rule that starts a pipeline, and its role, where the spec says which."""
    looks = ("events:DescribeRule", "events:ListTargetsByRule")
    yield from needs(Purpose.OPERATE, [account.arn("events", f"rule/{name}")], *looks)
    if role is None:
        return
    # Of a role that is gone IAM knows the name only, and no path (inferred).
    named = {role, account.arn("iam", f"role/{role.rpartition('/')[2]}")}
    yield from needs(Purpose.OPERATE, sorted(named), "iam:GetRole")
