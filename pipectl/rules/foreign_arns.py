"""ARNs of another account, Region or service than the thing that uses them can have."""

from collections.abc import Iterator

from pipectl.rules._tools import actions, error, pipelines, projects, services
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "foreign-arn"


def check(spec: Spec) -> Iterator[Problem]:
    """Roles, which must be the account's; keys, topics and target groups, which must be in the Region."""
    for path, arn, service in _arns(spec):
        parts = arn.split(":", 5)
        _, _, found, region, account, *_ = [*parts, "", "", "", "", "", ""]
        if service and found != service:
            message = f"this is the ARN of {found}, and {service} is wanted here"
            yield error(spec, path, RULE, message, f"it begins with `arn:aws:{service}:`")
        elif spec.account and account and account != spec.account and service != "kms":
            message = f"this ARN is of account {account}, and the spec is for {spec.account}"
            yield error(spec, path, RULE, message, "both are in one account")
        elif spec.region and region and region != spec.region:
            message = f"this ARN is of {region}, and the spec is for {spec.region}"
            yield error(spec, path, RULE, message, "name one of the same Region")


def _arns(spec: Spec) -> Iterator[tuple[Path, str, str]]:
    for name, project in projects(spec):
        path = ("codebuild", name)
        yield from _given(path, {"role": "iam", "encryption_key": "kms"}, project)
    for name, pipeline in pipelines(spec):
        yield from _given(("codepipeline", name), {"role": "iam", "encryption_key": "kms"}, pipeline)
    for service in services(spec):
        roles = {"task_role": "iam", "execution_role": "iam"}
        yield from _given(service.task_path, roles, service.block.task_definition)
        yield from _given((*service.path, "load_balancer"), LOAD_BALANCER, service.block.load_balancer)
        for number, each in enumerate(service.block.load_balancers):
            yield from _given((*service.path, "load_balancers", number), LOAD_BALANCER, each)
    for action in actions(spec):
        if action.action.region is None:
            yield from _given(action.path, {"topic": "sns", "state_machine": "states"}, action.action)


LOAD_BALANCER = {"target_group": "elasticloadbalancing"}


def _given(path: Path, keys: dict[str, str], block: object) -> Iterator[tuple[Path, str, str]]:
    for key, service in keys.items():
        arn = getattr(block, key, None)
        if arn and str(arn).startswith("arn:"):  # a key may be an alias or an id
            yield (*path, key), arn, service
