"""Roles that pipectl made come back as the spec says them: statements, path, prefix, the role of tasks."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.arrive.conftest import Import
from tests.arrive.test_round_trip import comes_back

if TYPE_CHECKING:
    from tests.conftest import World

OWN = {"Sid": "Own", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::assets/*"]}
IMAGE = "public.ecr.aws/nginx/nginx:1"


def spec(**more: Any) -> dict[str, Any]:
    """A pipeline, a project and a service, each with a statement of its own"""
    task = {
        "family": "web",
        "cpu": 256,
        "memory": 512,
        "task_role": {"statements": [OWN]},
        "execution_role": {"statements": [OWN]},
        "containers": {"app": {"image": IMAGE}},
    }
    service = {"task_definition": task, "subnets": ["subnet-0a1b2c3d4e5f60718"], "execute_command": True}
    source = {"provider": "CodeCommit", "repository": "code", "branch": "main"}
    build = {"provider": "CodeBuild", "project": "build"}
    deploy = {"provider": "ECS", "cluster": "main", "service": "web"}
    return {
        "pipectl": 1,
        "name": "own",
        "region": "eu-west-1",
        **more,
        "codecommit": {"code": {}},
        "codebuild": {"build": {"statements": [OWN]}},
        "ecs": {"main": {"services": {"web": service}}},
        "codepipeline": {
            "web": {
                "statements": [OWN],
                "stages": [
                    {"name": "Source", "actions": [source]},
                    {"name": "Build", "actions": [build]},
                    {"name": "Deploy", "actions": [deploy]},
                ],
            }
        },
    }


def test_statements_of_every_role_come_back(world: "World", imported: Import) -> None:
    text = comes_back(world, imported, spec())
    assert text.count("Sid: Own") == 4
    assert "role:" not in text.replace("task_role:", "").replace("execution_role:", "")


def test_the_role_of_tasks_comes_back_without_statements(world: "World", imported: Import) -> None:
    made = spec()
    made["ecs"]["main"]["services"]["web"]["task_definition"]["task_role"] = {}
    assert "task_role: {}" in comes_back(world, imported, made)


@pytest.mark.parametrize(
    "settings",
    [{"role_prefix": "acme-"}, {"role_path": "/teams/shop/"}, {"role_path": "/", "role_prefix": "acme-"}],
    ids=["prefix", "path", "both"],
)
def test_the_path_and_the_prefix_of_roles_come_back(
    world: "World", imported: Import, settings: dict[str, str]
) -> None:
    text = comes_back(world, imported, spec(**settings))
    for key, value in settings.items():
        assert f"{key}: {value}" in text
    assert "arn:aws:iam" not in text
