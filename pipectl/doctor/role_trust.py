"""A role that does not trust the service which is to take it on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pipectl.aws.read.roles import role, trusts
from pipectl.command import pipectl
from pipectl.doctor._case import Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import role as roles_kind

TITLE = "role trust"


@dataclass(frozen=True)
class Taken:
    """A role that a service takes on, for somebody."""

    arn: str
    service: str
    owner: str

    @property
    def name(self) -> str:
        """The role's name, without its path."""
        return self.arn.rpartition("/")[2]


def check(case: Case) -> list[Finding]:
    """The roles of pipelines, projects and tasks in this account; those of rules are the event rule's."""
    ours = [taken for taken in dict.fromkeys(_taken(case)) if _in_account(case, taken.arn)]
    return each(ours, lambda taken: taken.name, partial(_look, case))


def _taken(case: Case) -> Iterator[Taken]:
    for pipeline in case.pipelines():
        yield Taken(pipeline.shape["roleArn"], "codepipeline", f"pipeline {pipeline.name}")
    for project in case.projects():
        if arn := project.shape.get("serviceRole"):
            yield Taken(arn, "codebuild", f"project {project.name}")
    for service in case.services():
        for key in ("executionRoleArn", "taskRoleArn"):
            if arn := service.definition.get(key):
                yield Taken(arn, "ecs-tasks", f"service {service.title}")


def _in_account(case: Case, arn: str) -> bool:
    return f":{case.cloud.account.id}:role/" in arn


def _look(case: Case, taken: Taken) -> Iterator[Finding]:
    found = role(case.cloud, taken.arn)
    principal = f"{taken.service}.amazonaws.com"
    if found is None:
        if taken.name not in case.stated(roles_kind.NAME):
            hint = f"make it with {principal} in its trust, or name another role"
            yield wrong(taken.name, f"is not there, and {taken.owner} works with it", hint)
        elif _is_live(case, taken):
            hint = f"{pipectl('create', spec=case.spec_file)} makes it"
            yield wrong(taken.name, f"is not there, and {taken.owner} works with it", hint)
    elif not trusts(found, principal, case.cloud.account.id):
        hint = f"let {principal} take it on in its trust policy"
        text = f"does not trust {principal}, so {taken.owner} cannot work"
        yield wrong(taken.name, text, case.mend(roles_kind.NAME, taken.name, hint))
    else:
        yield good(taken.name, f"trusts {principal}")


def _is_live(case: Case, taken: Taken) -> bool:
    """Whether its owner is there already: before the first `create` nothing has to be."""
    live = [f"pipeline {each.name}" for each in case.pipelines() if each.live]
    live += [f"project {each.name}" for each in case.projects() if each.live]
    live += [f"service {each.title}" for each in case.services() if each.live]
    return taken.owner in live
