"""Only what the pipeline deploys belongs to the pipeline; every other image is compared"""

from typing import TYPE_CHECKING, Any

import pytest

from pipectl.kinds.image_definitions import names_in

if TYPE_CHECKING:
    from tests.conftest import World

REGION = "eu-west-1"
REGISTRY = "012345678901.dkr.ecr.eu-west-1.amazonaws.com"
Shape = dict[str, Any]
WEB, PROXY = f"{REGISTRY}/web:latest", f"{REGISTRY}/proxy:1.2"


def definitions(*names: str, file: str = "imagedefinitions.json") -> Shape:
    """A buildspec that writes image definitions for these containers"""
    images = ",".join(f'{{"name":"{name}","imageUri":"%s"}}' for name in names)
    build = {"commands": [f"printf '[{images}]' $REPOSITORY_URI:1 > {file}"]}
    return {"version": "0.2", "phases": {"build": build}, "artifacts": {"files": [file]}}


def described(containers: Shape, buildspec: Any = None, deploy: Shape | None = None) -> Shape:
    """A service with these containers, and a pipeline that deploys it unless `deploy` says otherwise"""
    task = {"family": "web", "cpu": 256, "memory": 512, "containers": containers}
    service = {"task_definition": task, "subnets": ["subnet-0a1b2c3d"], "desired_count": 0}
    deploy = {"provider": "ECS", "cluster": "shop", "service": "web"} if deploy is None else deploy
    stages = [
        {"name": "Source", "actions": [{"provider": "CodeCommit", "repository": "shop", "branch": "main"}]},
        {"name": "Build", "actions": [{"provider": "CodeBuild", "project": "shop"}]},
        *([{"name": "Deploy", "actions": [deploy]}] if deploy else []),
    ]
    return {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        "codecommit": {"shop": {}},
        "ecr": {"web": {}, "proxy": {}},
        "codebuild": {"shop": {"buildspec": buildspec} if buildspec else {}},
        "ecs": {"shop": {"services": {"web": service}}},
        "codepipeline": {"shop": {"stages": stages}},
    }


def owned(world: "World", spec: Shape) -> list[str]:
    """The containers whose image is left to the pipeline"""
    (plan,) = world.plan(world.load(spec))
    (step,) = [each for each in plan.steps if each.resource.kind == "ecs service"]
    containers = step.resource.stated["task_definition"]["containers"]
    return sorted(name for name, each in containers.items() if "image" not in each)


TWO = {"web": {"repository": "web"}, "proxy": {"image": PROXY, "essential": False}}


def test_a_pinned_sidecar_is_compared_although_its_repository_stands_in_the_spec(world: "World") -> None:
    world.made(world.load(described(TWO)))
    newer = {**TWO, "proxy": {"image": f"{REGISTRY}/proxy:1.3", "essential": False}}
    run = world.made(world.load(described(newer)))
    assert run.lines == [
        f"ecs service shop/web task_definition.containers.proxy.image: {PROXY} -> {REGISTRY}/proxy:1.3"
    ]
    assert world.create(world.load(described(newer))).writes == []


def test_what_the_image_definitions_name_is_the_pipelines_and_nothing_else(world: "World") -> None:
    containers = {"web": {"image": WEB}, "proxy": {"image": f"{REGISTRY}/proxy:latest", "essential": False}}
    assert owned(world, described(containers, definitions("web"))) == ["web"]
    assert owned(world, described(containers, definitions("web", "proxy"))) == ["proxy", "web"]


def test_definitions_in_another_file_are_another_services(world: "World") -> None:
    containers = {"web": {"image": WEB}, "proxy": {"image": PROXY, "essential": False}}
    both, other = definitions("web"), definitions("proxy", file="proxy.json")
    both["phases"]["build"]["commands"] += other["phases"]["build"]["commands"]
    both["artifacts"]["files"] += other["artifacts"]["files"]
    assert owned(world, described(containers, both)) == ["web"]
    deploy = {"provider": "ECS", "cluster": "shop", "service": "web", "image_definitions": "proxy.json"}
    assert owned(world, described(containers, both, deploy)) == ["proxy"]


def test_without_a_known_buildspec_the_containers_with_a_repository_are_the_pipelines(
    world: "World",
) -> None:
    assert owned(world, described(TWO)) == ["web"]


def test_without_anything_known_a_moving_tag_of_the_specs_repositories_is_left_alone(world: "World") -> None:
    containers = {"web": {"image": WEB}, "proxy": {"image": PROXY, "essential": False}}
    assert owned(world, described(containers)) == ["web"]


def test_an_image_of_the_specs_repositories_is_compared_where_nothing_deploys_it(world: "World") -> None:
    containers = {"web": {"image": WEB}, "proxy": {"image": PROXY, "essential": False}}
    assert owned(world, described(containers, deploy={})) == []
    assert owned(world, described(TWO, deploy={})) == ["web"]


def test_the_only_container_is_what_the_pipeline_deploys(world: "World") -> None:
    assert owned(world, described({"web": {"image": "public.ecr.aws/nginx/nginx:1"}})) == ["web"]


def test_code_deploy_brings_all_images(world: "World") -> None:
    deploy = {"provider": "CodeDeployToECS", "application": "web", "deployment_group": "web",
              "task_definition_artifact": "BuildOutput", "appspec_artifact": "BuildOutput"}  # fmt: skip
    spec = described({"web": {"image": WEB}, "proxy": {"image": PROXY}}, deploy=deploy)
    spec["ecs"]["shop"]["services"]["web"] |= {
        "deployment_controller": "CODE_DEPLOY",
        "load_balancer": {
            "target_group": f"arn:aws:elasticloadbalancing:{REGION}:012345678901:targetgroup/web/0123456789",
            "container": "web",
            "port": 80,
        },
    }
    containers = spec["ecs"]["shop"]["services"]["web"]["task_definition"]["containers"]
    containers["web"]["ports"] = [80]
    assert owned(world, spec) == ["proxy", "web"]


def test_a_commands_action_names_the_containers_too(world: "World") -> None:
    containers = {"web": {"image": WEB}, "proxy": {"image": PROXY, "essential": False}}
    spec = described(containers)
    commands = definitions("proxy")["phases"]["build"]["commands"]
    spec["codepipeline"]["shop"]["stages"][1]["actions"] = [
        {
            "name": "Define",
            "provider": "Commands",
            "commands": commands,
            "outputs": ["BuildOutput"],
            "output_files": ["imagedefinitions.json"],
        }
    ]
    assert owned(world, spec) == ["proxy"]


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("""echo '[{"name":"web","imageUri":"x"}]' > imagedefinitions.json""", ["web"]),
        ("""printf '[{"name":"%s","imageUri":"%s"}]' web x > imagedefinitions.json""", [None]),
        ("""echo [{\\"name\\":\\"$APP\\",\\"imageUri\\":\\"x\\"}] | tee imagedefinitions.json""", ["shop"]),
        ("""echo "[{\\"name\\":\\"$OTHER\\",\\"imageUri\\":\\"x\\"}]" > imagedefinitions.json""", [None]),
        ("""jq -n '[{name: $n, imageUri: $u}]' > imagedefinitions.json""", [None]),
        ("""echo '[{"name":"web","imageUri":"x"}]' > other.json""", []),
        ("make", []),
    ],
)
def test_a_name_that_is_not_written_out_is_not_known(command: str, names: list[str | None]) -> None:
    assert names_in(command, "imagedefinitions.json", {"APP": "shop"}.get) == names
