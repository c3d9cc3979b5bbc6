"""A system on the local AWS, what breaks it, and each check's words as a reviewed text."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl import flow
from pipectl.aws.cloud import Cloud, writes
from pipectl.aws.once import Once
from pipectl.aws.readonly import ReadOnly
from pipectl.doctor import Case, Finding, examine
from pipectl.render.doctor import doctor_text
from pipectl.render.marks import Look

if TYPE_CHECKING:
    from pipectl.engine.values import Resource
    from tests.conftest import World

SCREENS = Path(__file__).parent / "screens"
RANDOM = re.compile(r"\b(subnet|nat|igw|vpc|sg|eni|rtb|vpce)-[0-9a-f]{8,17}\b")
REGION = "eu-west-1"

SOURCE = {"name": "Source", "actions": [{"provider": "CodeCommit", "repository": "shop", "branch": "main"}]}
DEPLOY = {"name": "Deploy", "actions": [{"provider": "ECS", "cluster": "shop", "service": "web"}]}
BUILD = {"name": "Build", "actions": [{"provider": "CodeBuild", "project": "shop"}]}
CONTAINER = {"repository": "shop"}


def system(*stages: Mapping[str, Any], **service: Any) -> dict[str, Any]:
    """The values of a spec: a pipeline that builds an image and deploys it"""
    container = service.pop("container", CONTAINER)
    task = {"family": "web", "cpu": 256, "memory": 512, "containers": {"web": container}}
    task.update(service.pop("task", {}))
    project = service.pop("project", {"privileged": True})
    whole = {"task_definition": task, "desired_count": 1, "subnets": ["subnet-0a1b2c3d4e5f60718"], **service}
    return {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        "codecommit": {"shop": {}},
        "ecr": {"shop": {}},
        "ecs": {"shop": {"services": {"web": whole}}},
        "codebuild": {"shop": project},
        "codepipeline": {"shop": {"stages": list(stages or (SOURCE, BUILD, DEPLOY))}},
    }


@dataclass
class Ward:
    """A system, what breaks it, and what a check says of it"""

    world: "World"
    resources: tuple["Resource", ...] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def make(self, values: Mapping[str, Any]) -> None:
        """Make the system with pipectl"""
        self.plan(values)
        self.world.made(self.world.load(values))

    def plan(self, values: Mapping[str, Any]) -> None:
        """Only say what the system is to be"""
        spec = self.world.load(values)
        (stack,) = flow.design([spec], self.world.connection, flow.Aws())
        self.resources = stack.resources

    def aws(self, service: str) -> Any:
        """Somebody else's hands"""
        return self.world.client(service, REGION)

    def case(
        self,
        names: tuple[str, ...] = ("shop",),
        cloud: Cloud | None = None,
        statements: tuple[Mapping[str, Any], ...] = (),
        *,
        spec: bool = True,
    ) -> Case:
        """What is looked at: with the spec, or as AWS alone has it"""
        door = Once(ReadOnly(cloud or self.world.connection.cloud(REGION)))
        if not spec:
            return Case(door, names, now=self.now)
        return Case(door, names, self.resources, "shop.yaml", statements, self.now)

    def findings(self, check: str, **how: Any) -> list[Finding]:
        """What one check finds"""
        module = import_module(f"pipectl.doctor.{check}")
        return [replace(each, check=module.TITLE) for each in module.check(self.case(**how))]

    def all(self, **how: Any) -> list[Finding]:
        """What every check finds"""
        return examine(self.case(**how))

    def says(self, name: str, check: str, **how: Any) -> None:
        """Compare the words of a check with a reviewed file; PIPECTL_REWRITE_SCREENS=1 writes it"""
        text = doctor_text(self.findings(check, **how), Look(), ("shop",)) + "\n"
        text = RANDOM.sub(lambda found: f"{found[1]}-0a1b2c3d4e5f60718", text)
        text = re.sub(r"\d{4}-\d\d-\d\d", "2026-01-23", text)
        file = SCREENS / check / f"{name}.txt"
        if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    @property
    def written(self) -> list[str]:
        """The writing calls that the server was sent since the last look"""
        calls = [call.rpartition(" ")[2] for call in self.world.calls()]
        return [call for call in calls if writes(re.sub(r"(?<!^)(?=[A-Z])", "_", call).lower())]
