"""What the ECS agent calls with a task's execution role, and why the task stops when it may not.

Developer guide, "Amazon ECS task execution IAM role" and "Stopped tasks error messages"; sentences that are
not marked as inferred were seen in public reports. Secrets come first, then images, then log streams.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.facts.calls.images import PULL
from pipectl.facts.calls.secrets import parameter_calls, secret_calls
from pipectl.facts.place import Place
from pipectl.local import permissions
from pipectl.local.ecs.images import ecr_reference
from pipectl.local.permissions import DeniedError, keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.ecs.state import State, Task

_PULL_SECRETS = (
    "ResourceInitializationError: unable to pull secrets or registry auth: "
    "execution resource retrieval failed:"
)
_RETRIED = "service call has been retried 1 time(s):"
_MANAGED = ":secretsmanager:"


@dataclass(frozen=True)
class Denial:
    """Why a task stops; `container` when it is the reason of one container"""

    reason: str
    container: str = ""


def denial(state: State, task: Task) -> Denial | None:
    """The first thing that the execution role may not do; None: it may do everything, or there is no role"""
    definition = task.revision.definition
    role = definition.get("executionRoleArn")
    if not role:
        return None
    agent = _Agent(state, permissions.Caller(state.world, role, task.id))
    if agent.role.principal is None:
        return None
    containers = definition["containerDefinitions"]
    steps = (
        agent.secrets(containers),
        agent.log_in(containers),
        agent.pull(containers),
        agent.logs(containers),
    )
    return next((found for step in steps for found in step), None)


class _Agent:
    def __init__(self, state: State, role: permissions.Caller) -> None:
        self._state, self.role = state, role
        self._place = Place(state.partition, state.region, state.account)

    def secrets(self, containers: list[dict[str, Any]]) -> Iterator[Denial]:
        """Secrets and parameters of containers and of their log drivers, credentials of private registries"""
        for container in containers:
            options = container.get("logConfiguration", {}).get("secretOptions") or []
            for named in (*(container.get("secrets") or []), *options):
                yield from self._value(str(named["valueFrom"]))
            if credentials := container.get("repositoryCredentials"):
                yield from self._registry(str(credentials["credentialsParameter"]))
            for file in container.get("environmentFiles") or []:
                yield from self._environment_file(str(file["value"]))

    def _value(self, reference: str) -> Iterator[Denial]:
        """The words as in GiamPy5/terraform-aws-directus#10 and, of parameters, aws/copilot-cli#3104"""
        if _MANAGED in reference:
            arn = self._secret_arn(reference)
            problem = self._problem("secretsmanager:GetSecretValue", arn) or self._secret_key(arn)
            fetch = f"failed to fetch secret {arn} from secrets manager:"
            words = f"unable to retrieve secret from asm: {_RETRIED} {fetch}"
        else:
            call = next(iter(parameter_calls([reference], self._place, "")))
            problem = self._problem(call.action, call.resource) or self._parameter_key(reference)
            words = f"unable to retrieve secrets from ssm: {_RETRIED}"
        if problem:
            yield Denial(f"{_PULL_SECRETS} {words} {_exception(problem)}")

    def _registry(self, reference: str) -> Iterator[Denial]:
        """The beginning of the sentence as in aws-samples/keycloak-on-aws#222"""
        arn = self._secret_arn(reference)
        if problem := self._problem("secretsmanager:GetSecretValue", arn) or self._secret_key(arn):
            fetch = f"asm fetching secret from the service for {arn}:"
            words = f"unable to get registry auth from asm: {_RETRIED} {fetch}"
            yield Denial(f"{_PULL_SECRETS} {words} {_exception(problem)}")

    def _environment_file(self, arn: str) -> Iterator[Denial]:
        """Developer guide, "Pass an individual environment variable"; the sentence is inferred"""
        bucket = arn.partition("/")[0]
        problem = self._problem("s3:GetBucketLocation", bucket) or self._problem("s3:GetObject", arn)
        if problem:
            words = f"file download command: non empty error stream: {_RETRIED} AccessDenied: {problem}"
            yield Denial(f"ResourceInitializationError: failed to download env files: {words}")

    def log_in(self, containers: list[dict[str, Any]]) -> Iterator[Denial]:
        """One token for all images of private ECR registries; as in aws/aws-app-mesh-examples#413"""
        if not any(ecr_reference(container["image"]) for container in containers):
            return
        if problem := self._problem("ecr:GetAuthorizationToken", "*"):
            words = f"unable to retrieve ecr registry auth: {_RETRIED}"
            yield Denial(f"{_PULL_SECRETS} {words} {_exception(problem)}")

    def pull(self, containers: list[dict[str, Any]]) -> Iterator[Denial]:
        """The words as in aws/aws-cdk#29876, which do not name the permission; what follows them does"""
        for container in containers:
            image = container["image"]
            reference = ecr_reference(image)
            if reference is None:
                continue
            place = Place(self._place.partition, reference.region, reference.account)
            for action in PULL:
                if problem := self._problem(action, place.arn("ecr", f"repository/{reference.repository}")):
                    yield Denial(_forbidden(image, problem), container["name"])

    def logs(self, containers: list[dict[str, Any]]) -> Iterator[Denial]:
        """A log stream of each container; as in terraform-aws-modules/terraform-aws-ecs#313"""
        for container in containers:
            configuration = container.get("logConfiguration", {})
            if configuration.get("logDriver") == "awslogs":
                yield from self._log(configuration["options"])

    def _log(self, options: dict[str, str]) -> Iterator[Denial]:
        group, region = options["awslogs-group"], options["awslogs-region"]
        place = Place(self._place.partition, region, self._place.account)
        begin = place.arn("logs", f"log-group:{group}:log-stream:")
        wanted = (
            [("group", "logs:CreateLogGroup", begin)] if options.get("awslogs-create-group") == "true" else []
        )
        stream = f"{begin}{options.get('awslogs-stream-prefix', '')}*"
        for kind, action, resource in (*wanted, ("stream", "logs:CreateLogStream", stream)):
            if problem := self._problem(action, resource):
                yield Denial(
                    "ResourceInitializationError: failed to validate logger args: create stream has "
                    f"been retried 1 times: failed to create Cloudwatch log {kind}: "
                    f"{_exception(problem)} : exit status 1"
                )

    def _secret_arn(self, reference: str) -> str:
        call = next(iter(secret_calls([reference], self._place, "")))
        return call.resource

    def _secret_key(self, arn: str) -> str:
        """The customer's key of a secret; words as in GiamPy5/terraform-aws-directus#10"""
        secrets = self._state.world.moto("secretsmanager", self._place.account, self._place.region).secrets
        secret = secrets.get(arn) or secrets.get(arn.rpartition(":")[2])
        key = getattr(secret, "kms_key_id", None)
        return self._key_problem(key, "Access to KMS is not allowed")

    def _parameter_key(self, reference: str) -> str:
        """The customer's key of a parameter; the sentence is Systems Manager's (tryolabs/aws-workshop#6)"""
        name = reference.partition(":parameter")[2] or reference
        found = self._state.world.moto("ssm", self._place.account, self._place.region).get_parameter(name)
        secure = found is not None and found.parameter_type == "SecureString"
        words = (
            "The ciphertext refers to a customer master key that does not exist, does not exist in this "
            "region, or you are not allowed to access."
        )
        return self._key_problem(found.keyid if secure else None, words)

    def _key_problem(self, key: str | None, words: str) -> str:
        try:
            if key:
                keys.require(self.role, key, self._place.region, self._place.account, ["kms:Decrypt"])
        except DeniedError as denied:
            return f"{words} ({denied})"
        return ""

    def _problem(self, action: str, resource: str) -> str:
        try:
            self.role.require(action, resource)
        except DeniedError as denied:
            return str(denied)
        return ""


def _exception(problem: str) -> str:
    return f"AccessDeniedException: {problem} status code: 400, request id: {uuid.uuid4()}"


def _forbidden(image: str, problem: str) -> str:
    host = image.partition("/")[0]
    return (
        f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{image}: pulling from host {host} failed with status code [manifests {_tag(image)}]: 403 Forbidden "
        f"({problem})"
    )


def _tag(image: str) -> str:
    _, at, digest = image.partition("@")
    return digest if at else image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else "latest"
