"""A secret that is not there: a task or a build that names it does not start. No value is ever read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pipectl.aws.cloud import Cloud, find
from pipectl.command import aws
from pipectl.doctor._case import Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each

TITLE = "secret"


@dataclass(frozen=True)
class Named:
    """Where a value is kept, as a container or a build names it."""

    place: str
    owner: str
    manager: bool
    """Whether it is in Secrets Manager, and not a parameter of SSM."""


def check(case: Case) -> list[Finding]:
    """Every secret of containers and builds in this account and Region."""
    return each(dict.fromkeys(_named(case)), _short, partial(_look, case))


def _named(case: Case) -> Iterator[Named]:
    for service in case.services():
        for container in service.containers:
            for secret in container.get("secrets") or []:
                place = secret["valueFrom"]
                if _is_here(case, place):
                    yield Named(place, f"tasks of {service.title}", ":secretsmanager:" in place)
    for project in case.projects():
        for variable in (project.shape.get("environment") or {}).get("environmentVariables") or []:
            kind = variable.get("type", "PLAINTEXT")
            if kind != "PLAINTEXT" and _is_here(case, variable["value"]):
                yield Named(variable["value"], f"builds of {project.name}", kind == "SECRETS_MANAGER")


def _is_here(case: Case, place: str) -> bool:
    account = case.cloud.account
    return not place.startswith("arn:") or f":{account.region}:{account.id}:" in place


def _short(named: Named) -> str:
    if not named.place.startswith("arn:"):
        return named.place
    return named.place.split(":", 5)[5]


def _look(case: Case, named: Named) -> Iterator[Finding]:
    there = _has_secret(case.cloud, named) if named.manager else _has_parameter(case.cloud, named)
    if there:
        yield good(_short(named), "is there")
    else:
        made = (
            aws("secretsmanager create-secret", "--name", _short(named))
            if named.manager
            else aws(
                "ssm put-parameter", "--name", _short(named), "--type", "SecureString", "--value", "VALUE"
            )
        )
        yield wrong(_short(named), f"is not there: {named.owner} cannot start", f"{made} makes it")


def _has_parameter(cloud: Cloud, named: Named) -> bool:
    """A version or label behind a colon is not part of the name (user guide of Systems Manager)."""
    path = named.place.split(":parameter", 1)[-1] if named.place.startswith("arn:") else named.place
    name = path.partition(":")[0]
    names = [name, name.removeprefix("/")] if named.place.startswith("arn:") else [name]
    filters = [{"Key": "Name", "Values": names}]
    return bool(cloud.call("ssm", "describe_parameters", ParameterFilters=filters)["Parameters"])


def _has_secret(cloud: Cloud, named: Named) -> bool:
    """Key, stage and version behind the name are left out (user guides of ECS and CodeBuild, secrets)."""
    fields = named.place.split(":")
    secret = ":".join(fields[:7]) if named.place.startswith("arn:") else fields[0]
    missing = ["ResourceNotFoundException"]
    found = find(missing, cloud, "secretsmanager", "describe_secret", SecretId=secret)
    return found is not None and "DeletedDate" not in found
