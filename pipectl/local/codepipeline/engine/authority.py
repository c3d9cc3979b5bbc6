"""What an action or rule may do in its role's name, decided before it starts, and how it fails otherwise.

The calls of each provider stand in pipectl/facts/calls. The words of a provider that are not marked as
inferred were seen in public reports;
CodePipeline's code for all of them is PermissionError (API reference, FailureType).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from pipectl.facts.calls.actions import action_calls, assume_role_calls
from pipectl.facts.calls.artifacts import artifact_read_calls, artifact_write_calls
from pipectl.facts.calls.deploy import Deployed
from pipectl.facts.calls.rules import rule_calls
from pipectl.facts.place import Place
from pipectl.local import permissions
from pipectl.local.codepipeline.actions.action import ActionFailedError
from pipectl.local.permissions import DeniedError, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipectl.facts.calls.call import Call
    from pipectl.local.codepipeline.records import Location

    from .job import Job

CODE = "PermissionError"
CONNECTION = "CodeStarSourceConnection"
_USE = ":UseConnection"
_READ_KEY = ("kms:Decrypt",)
_WRITE_KEY = ("kms:GenerateDataKey",)


def caller(job: Job) -> permissions.Caller:
    """The role's session, named by the moment as CodePipeline names it (public reports)"""
    session = str(int(job.run.started.timestamp() * 1000))
    return permissions.Caller(job.world, job.role, session)


def require(job: Job) -> None:
    """Pass when the role may make all calls that the provider makes; else fail the action in its words"""
    calls = _calls(job)
    try:
        _take_on_role(job)
        _require_all(caller(job), [call for call in calls if call.required])
    except DeniedError as denied:
        raise ActionFailedError(_sentence(job, denied), CODE) from None


def require_read(job: Job, location: Location) -> None:
    """Taking an input artifact out of the bucket (the wording is inferred)"""
    try:
        _require_all(caller(job), artifact_read_calls(location.bucket, location.key, _place(job)))
        _use_key(job, location, _READ_KEY)
    except DeniedError as denied:
        message = (
            f"Unable to access the artifact with Amazon S3 object key '{location.key}' located "
            f"in the Amazon S3 artifact bucket '{location.bucket}'. The provided role does not have "
            "sufficient permissions. "
            f"Error: {denied}"
        )
        raise ActionFailedError(message, CODE) from None


def require_write(job: Job, location: Location) -> None:
    """Storing an output artifact; the words as in aws/aws-cdk#13557"""
    connection = _provider(job) == CONNECTION
    calls = artifact_write_calls(location.bucket, location.key, _place(job), sets_acl=connection)
    try:
        _require_all(caller(job), calls)
        _use_key(job, location, _WRITE_KEY)
    except DeniedError as denied:
        prefix = "[CodeStarSourceConnection] " if connection else ""
        message = f"{prefix}Upload to S3 failed with the following error: Access Denied ({denied})"
        raise ActionFailedError(message, CODE) from None


def _calls(job: Job) -> Iterable[Call]:
    place, pipeline = _place(job), job.trip.pipeline.name
    identity = job.run.declaration.get("actionTypeId")
    if identity is None:
        provider = job.run.declaration["ruleTypeId"]["provider"]
        return rule_calls(provider, job.configuration, place, pipeline=pipeline) or ()
    found = action_calls(
        identity["category"],
        identity["provider"],
        job.configuration,
        place,
        owner=identity["owner"],
        pipeline=pipeline,
        deployed=_deployed(job, identity["provider"]),
        variables=job.run.declaration.get("environmentVariables") or (),
    )
    return found or ()


def _deployed(job: Job, provider: str) -> Deployed:
    """Family and roles of the task definition that an ECS action is about to register again"""
    if provider != "ECS":
        return Deployed()
    configuration = job.configuration
    with job.world.lock:
        definition = job.service("ecs").definition_of(
            configuration.get("ClusterName", ""), configuration.get("ServiceName", "")
        )
    if definition is None:
        return Deployed(roles=())
    roles = (definition.get("executionRoleArn"), definition.get("taskRoleArn"))
    return Deployed(definition["family"], tuple(role for role in roles if role))


def _place(job: Job) -> Place:
    return Place(job.world.partition(job.region), job.region, job.account)


def _take_on_role(job: Job) -> None:
    """An action's own role is taken on by the pipeline's (user guide, cross-account)"""
    own, pipelines = job.run.declaration.get("roleArn"), job.trip.execution.declaration["roleArn"]
    if own and own != pipelines:
        session = str(int(job.run.started.timestamp() * 1000))
        _require_all(permissions.Caller(job.world, pipelines, session), assume_role_calls(own))


def _require_all(role: permissions.Caller, calls: Iterable[Call]) -> None:
    listed = list(calls)
    for call in listed:
        if not call.action.endswith(_USE):
            is_unknown = (call.action, call.resource) == (
                "iam:PassRole",
                "*",
            )  # the role stands in an artifact
            role.require(call.action, None if is_unknown else call.resource, call.context)
    _require_connection(role, [call for call in listed if call.action.endswith(_USE)])


def _require_connection(role: permissions.Caller, calls: list[Call]) -> None:
    """Either prefix of a connection's actions and ARNs will do (user guide, "Connections rename")"""
    if calls and not any(role.may(call.action, call.resource, call.context) for call in calls):
        fitting = [call for call in calls if call.action.partition(":")[0] == call.resource.split(":")[2]]
        last = (fitting or calls)[0]
        role.require(last.action, last.resource, last.context)


def _use_key(job: Job, location: Location, actions: Iterable[str]) -> None:
    """Artifacts that a customer key encrypts"""
    declaration = job.trip.execution.declaration
    store = declaration.get("artifactStore") or declaration["artifactStores"][location.region]
    if named := store.get("encryptionKey", {}).get("id"):
        keys.require(caller(job), named, location.region, job.account, actions)


def _provider(job: Job) -> str:
    identity = job.run.declaration.get("actionTypeId") or job.run.declaration["ruleTypeId"]
    return str(identity["provider"])


def _sentence(job: Job, denied: DeniedError) -> str:
    if denied.action == "sts:AssumeRole":  # inferred
        return f"The service role may not assume the role of the action. Error: {denied}"
    return _WORDS.get(_provider(job), _plain)(job, denied)


def _plain(_job: Job, denied: DeniedError) -> str:
    """Inferred for every provider that has no sentence of its own"""
    return f"The provided role does not have sufficient permissions. Error: {denied}"


def _codebuild(_job: Job, denied: DeniedError) -> str:
    """As in awslabs/cdk-eks-blueprints#483; the sentence for BatchGetBuilds is inferred"""
    called = denied.action.partition(":")[2]
    called = called[0].lower() + called[1:] if denied.action.startswith("codebuild:") else "startBuild"
    return (
        f"Error calling {called}: {denied} (Service: AWSCodeBuild; Status Code: 400; "
        f"Error Code: AccessDeniedException; Request ID: {uuid.uuid4()}; Proxy: null)"
    )


def _ecs(_job: Job, denied: DeniedError) -> str:
    """AWS says no more than the first sentence, also when iam:PassRole is missing (public reports)"""
    return f"The provided role does not have sufficient permissions to access ECS ({denied})"


def _connection(job: Job, denied: DeniedError) -> str:
    """The first two sentences as in public reports"""
    arn = job.configuration.get("ConnectionArn", "")
    return (
        f"Unable to use Connection: {arn}. The provided role does not have sufficient permissions. ({denied})"
    )


def _manual(_job: Job, _denied: DeniedError) -> str:
    """Recorded (docs/aws/codepipeline.md, 3.9)"""
    return (
        "The Pipeline or Action role does not have permission to publish to topics in Amazon SNS. Add the "
        "sns:Publish permission to the role\u2019s policy, and then try again."
    )


def _s3(job: Job, denied: DeniedError) -> str:
    """Of a deploy action recorded as far as the comma (docs/aws/codepipeline.md, 11)"""
    if "BucketName" not in job.configuration:
        return _named("Amazon S3 bucket", "S3Bucket")(job, denied)
    called = denied.action.partition(":")[2]
    return (
        f"You do not have sufficient permissions to call s3.{called[:1].lower()}{called[1:]} for the "
        f"deployment bucket, {job.configuration['BucketName']}. ({denied})"
    )


def _named(kind: str, key: str) -> Callable[[Job, DeniedError], str]:
    def sentence(job: Job, denied: DeniedError) -> str:
        return (
            "The service role or action role doesn't have the permissions required to access the "
            f"{kind} named {job.configuration.get(key, '')}. Update the IAM role permissions, and then try "
            f"again. Error: {denied}"
        )

    return sentence


_WORDS: dict[str, Callable[[Job, DeniedError], str]] = {
    "CodeBuild": _codebuild,
    "CodeCommit": _named("AWS CodeCommit repository", "RepositoryName"),  # seen in public reports
    CONNECTION: _connection,
    "ECR": _named("Amazon ECR repository", "RepositoryName"),  # inferred from CodeCommit's
    "ECS": _ecs,
    "Manual": _manual,
    "S3": _s3,  # of a source inferred from CodeCommit's
}
