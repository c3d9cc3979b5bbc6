"""What lives is said in the grammar, what cannot be read or said is told, and secrets never appear."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
import yaml

from pipectl.arrive.arrive import Arrived, arrive
from pipectl.arrive.concealed import concealed
from pipectl.arrive.live import Asked, stack_name
from pipectl.arrive.looking import own_tags
from pipectl.arrive.reading_back import read_back
from pipectl.arrive.text import spec_text
from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud
from pipectl.engine.plan import differences
from pipectl.engine.values import OWNER_TAG
from pipectl.errors import AccessDenied, PipectlError
from pipectl.kinds import BLOCKS
from pipectl.kinds.declaration_words import stated, words
from pipectl.render.arrival import changes_of
from pipectl.spec.schema import schema
from tests.arrive import odd, shapes
from tests.arrive.conftest import Import
from tests.arrive.shapes import REGION, action, arn, role

if TYPE_CHECKING:
    from tests.conftest import World

Named = Callable[[str], Path]
Look = Callable[[str], dict[str, Any]]
NEEDED = {"codepipeline GetPipeline", "sts GetCallerIdentity"}
"""Without these there is nothing to import."""


def arrived(world: "World", *pipelines: str, region: str = REGION, **asked: tuple[str, ...]) -> Arrived:
    return arrive(world.connection.cloud(region), Asked(pipelines=pipelines, **asked))


def made(world: "World", *stages: dict[str, Any], name: str = "odd", **more: Any) -> str:
    """A pipeline as these stages say, behind a source that polls"""
    client = world.client
    arns = role(client, f"{name}-role")
    client("s3").create_bucket(Bucket=f"{name}-a", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("codecommit").create_repository(repositoryName=f"{name}-code")
    source = {"RepositoryName": f"{name}-code", "BranchName": "main"}
    first = {"name": "Source", "actions": [action("Source", "Source", "CodeCommit", source, ("", "Code"))]}
    store = {"type": "S3", "location": f"{name}-a"}
    stores = {} if "artifactStores" in more else {"artifactStore": store}
    declared = {"name": name, "roleArn": arns, "stages": [first, *stages], **stores, **more}
    client("codepipeline").create_pipeline(pipeline=declared)
    return name


def approval(**more: Any) -> dict[str, Any]:
    return {"name": "Approve", "actions": [action("Approve", "Approval", "Manual", {}, ("", ""))], **more}


def test_what_must_not_be_read_is_told_with_its_permission_and_the_rest_is_printed(world: "World") -> None:
    pipeline = shapes.cloudformation(world.client)
    world.server.requests.clear()
    whole = arrived(world, pipeline)
    asked = set(world.calls()) - NEEDED - {"kms DescribeKey"}
    assert len(asked) > 10
    for call in sorted(asked):
        service, operation = call.split()
        world.fault(service=service, operation=operation, code="AccessDeniedException", status=400)
        found = arrived(world, pipeline)
        world.heal()
        assert any(f"{service}:{operation} is not allowed" in each for each in found.lost), call
        spec, mistakes = read_back(spec_text(found.values), {}, {})
        assert spec is not None, (call, mistakes)
        assert found.values["codepipeline"][pipeline]["stages"], call
    assert whole.lost == ()


def test_a_pipeline_that_must_not_be_read_is_refused(world: "World") -> None:
    world.fault(operation="GetPipeline", code="AccessDeniedException", status=400, message="not you")
    with pytest.raises(AccessDenied, match="not you"):
        arrived(world, "web")


def test_an_unknown_name_gives_the_nearest(world: "World") -> None:
    made(world, approval(), name="shop")
    with pytest.raises(PipectlError, match="there is no pipeline `shpo` in eu-west-1") as error:
        arrived(world, "shpo")
    assert error.value.hint == "did you mean `shop`? Those there are: shop"
    with pytest.raises(PipectlError, match="there is no codebuild project `build`"):
        arrived(world, projects=("build",))
    with pytest.raises(PipectlError, match="there is no ecs service `main/web`"):
        arrived(world, services=("main/web",))


def test_a_pipeline_of_v1_that_polls_plans_nothing(world: "World", imported: Import) -> None:
    found = imported(REGION, pipelines=(made(world, approval(), pipelineType="V1"),))
    said = yaml.safe_load(found.text)["codepipeline"]["odd"]
    assert said["pipeline_type"] == "V1"
    assert said["stages"][0]["actions"][0]["poll"] is True
    assert found.changes == []


def test_a_pipeline_in_parallel_with_conditions_and_triggers_plans_nothing(
    world: "World", imported: Import
) -> None:
    window = {
        "name": "Hours",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "DeploymentWindow", "version": "1"},
        "configuration": {"Cron": "* * 9-17 ? * MON-FRI *", "TimeZone": "UTC"},
        "inputArtifacts": [],
        "region": REGION,
    }
    stage = approval(beforeEntry={"conditions": [{"result": "FAIL", "rules": [window]}]})
    variables = [{"name": "release", "defaultValue": "none", "description": ""}]
    pipeline = made(world, stage, pipelineType="V2", executionMode="PARALLEL", variables=variables)
    found = imported(REGION, pipelines=(pipeline,))
    said = yaml.safe_load(found.text)["codepipeline"]["odd"]
    assert said["execution_mode"] == "PARALLEL"
    assert said["variables"] == {"release": {"default": "none"}}
    assert said["stages"][1]["before_entry"]["rules"][0]["provider"] == "DeploymentWindow"
    assert found.changes == []


def test_a_custom_action_is_said_in_its_own_words(world: "World", imported: Import) -> None:
    bounds = {"minimumCount": 0, "maximumCount": 1}
    world.client("codepipeline").create_custom_action_type(
        category="Test",
        provider="Jenkins",
        version="2",
        configurationProperties=[{"name": "ProjectName", "required": True, "key": True, "secret": False}],
        inputArtifactDetails=bounds,
        outputArtifactDetails=bounds,
    )
    custom = action("Check", "Test", "Jenkins", {"ProjectName": "web"}, ("Code", ""))
    custom["actionTypeId"] |= {"owner": "Custom", "version": "2"}
    found = imported(REGION, pipelines=(made(world, {"name": "Check", "actions": [custom]}),))
    (said,) = yaml.safe_load(found.text)["codepipeline"]["odd"]["stages"][1]["actions"]
    assert said == {
        "provider": "Jenkins",
        "category": "Test",
        "owner": "Custom",
        "version": "2",
        "configuration": {"ProjectName": "web"},
        "inputs": ["Code"],
    }
    assert found.changes == []


def test_a_pipeline_of_two_regions_leaves_the_other_region_to_its_action(
    world: "World", imported: Import
) -> None:
    build = action("Build", "Build", "CodeBuild", {"ProjectName": "far"}, ("Code", "Built"))
    stores: dict[str, dict[str, Any]] = {
        where: {"type": "S3", "location": f"artifacts-{where}"} for where in (REGION, "eu-central-1")
    }
    key = "arn:aws:kms:eu-central-1:012345678901:key/44444444-5555-6666-7777-888888888888"
    stores["eu-central-1"] |= {"encryptionKey": {"id": key, "type": "KMS"}}
    stage = {"name": "Build", "actions": [{**build, "region": "eu-central-1"}]}
    found = imported(REGION, pipelines=(made(world, stage, artifactStores=stores),))
    said = yaml.safe_load(found.text)
    assert said["codepipeline"]["odd"]["artifact_buckets"] == {"eu-central-1": "artifacts-eu-central-1"}
    assert said["codepipeline"]["odd"]["encryption_keys"] == {"eu-central-1": key}
    assert "codebuild" not in said
    assert found.told == ()
    assert found.changes == []
    declared = world.client("codepipeline").get_pipeline(name="odd")["pipeline"]
    del declared["artifactStores"]["eu-central-1"]["encryptionKey"]
    world.client("codepipeline").update_pipeline(pipeline=declared)
    (plan,) = world.plan(found.spec)
    assert list(changes_of(plan)) == [f"pipeline odd: encryption_keys.eu-central-1 None -> {key}"]


def test_a_webhook_and_a_second_rule_are_told_and_left(world: "World", imported: Import) -> None:
    pipeline = shapes.cloudformation(world.client)
    world.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    target = {"Id": "1", "Arn": arn("codepipeline", pipeline), "RoleArn": role(world.client, "nightly")}
    world.client("events").put_targets(Rule="nightly", Targets=[target])
    found = imported(REGION, pipelines=(pipeline,))
    assert found.told == (f"event rule nightly starts pipeline {pipeline} too and stays as it is",)
    assert found.changes == []


def test_notification_rules_of_others_are_taken_in_and_their_topics_are_only_named(
    world: "World", imported: Import
) -> None:
    pipeline = shapes.cloudformation(world.client)
    topic = world.client("sns").create_topic(Name="ops")["TopicArn"]
    rule = {
        "Resource": arn("codepipeline", pipeline),
        "EventTypeIds": [
            "codepipeline-pipeline-manual-approval-needed",
            "codepipeline-pipeline-pipeline-execution-failed",
        ],
        "Targets": [{"TargetType": "SNS", "TargetAddress": topic}],
    }
    api = world.client("codestar-notifications")
    api.create_notification_rule(Name="Ops of the shop", DetailType="BASIC", Status="DISABLED", **rule)
    api.create_notification_rule(
        Name="theirs", DetailType="FULL", Tags={"pipectl:stack": "other", "team": "web"}, **rule
    )
    api.create_notification_rule(Name="nowhere", DetailType="FULL", **{**rule, "Targets": []})
    found = imported(REGION, pipelines=(pipeline,))
    said = yaml.safe_load(found.text)
    assert "sns" not in said
    assert said["codepipeline"][pipeline]["notifications"] == {
        "ops-of-the-shop": {
            "events": ["approval_needed", "failed"],
            "to": "ops",
            "detail": "basic",
            "enabled": False,
            "name": "Ops of the shop",
        }
    }
    assert found.told == (
        "notification rule theirs belongs to stack other and stays as it is",
        "notification rule nowhere stays as it is: the grammar has no word for its targets",
    )
    assert found.changes == []


def test_a_source_that_nothing_starts_stays_so(world: "World", imported: Import) -> None:
    pipeline = shapes.cloudformation(world.client)
    world.client("events").remove_targets(Rule="web-Rule-1K2L3M", Ids=["pipeline"])
    found = imported(REGION, pipelines=(pipeline,))
    source = yaml.safe_load(found.text)["codepipeline"][pipeline]["stages"][0]["actions"][0]
    assert source["event_rule"] is False
    assert found.told == (
        f"no event rule starts pipeline {pipeline} for its source Code; `create` makes none",
    )
    assert found.changes == []


def test_a_service_alone_keeps_its_image_in_the_spec(world: "World", imported: Import) -> None:
    shapes.terraform(world.client)
    found = imported(REGION, services=("main/api",))
    said = yaml.safe_load(found.text)
    container = said["ecs"]["main"]["services"]["api"]["task_definition"]["containers"]["api"]
    assert container["image"] == f"{shapes.REGISTRY}/team/api:latest"
    assert list(said["ecr"]) == ["team/api"]
    assert "codepipeline" not in said
    assert found.changes == []


def test_where_a_service_has_images_of_two_repositories_that_is_told(
    world: "World", imported: Import
) -> None:
    pipeline = shapes.terraform(world.client)
    world.client("ecr").create_repository(repositoryName="proxy")
    images = {"api": "team/api:latest", "proxy": "proxy:7"}
    containers = [{"name": name, "image": f"{shapes.REGISTRY}/{image}"} for name, image in images.items()]
    ecs = world.client("ecs")
    old = ecs.describe_task_definition(taskDefinition="api")["taskDefinition"]
    kept = (
        "family",
        "networkMode",
        "requiresCompatibilities",
        "cpu",
        "memory",
        "executionRoleArn",
        "taskRoleArn",
    )
    ecs.register_task_definition(**{key: old[key] for key in kept}, containerDefinitions=containers)
    ecs.update_service(cluster="main", service="api", taskDefinition="api")
    found = imported(REGION, pipelines=(pipeline,))
    said = yaml.safe_load(found.text)["ecs"]["main"]["services"]["api"]["task_definition"]["containers"]
    assert {name: each["repository"] for name, each in said.items()} == {"api": "team/api", "proxy": "proxy"}
    assert found.told == (
        (
            "the images of ecs service main/api (api, proxy) are left to the pipeline; one that it does not"
            " deploy needs `image` in place of `repository`"
        ),
    )
    assert found.changes == []


def test_a_project_with_a_source_of_its_own_is_only_used(world: "World", imported: Import) -> None:
    world.client("codebuild").create_project(
        name="lint",
        source={
            "type": "CODECOMMIT",
            "location": f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/x",
        },
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=role(world.client, "lint"),
    )
    found = imported(REGION, projects=("lint",))
    assert yaml.safe_load(found.text)["codebuild"] == {"lint": {"managed": False}}
    assert found.told == ("codebuild project lint is only used: its source or its output is its own",)
    assert found.changes == []


def test_what_another_stack_owns_is_only_used(world: "World", imported: Import, named: Named) -> None:
    world.made(world.load(named("friendreminders")))
    region = "ap-southeast-1"
    client = world.client
    client("ecr", region).tag_resource(
        resourceArn=f"arn:aws:ecr:{region}:{world.account}:repository/rails_app",
        tags=[{"Key": "pipectl:stack", "Value": "images"}],
    )
    found = imported(region, pipelines=("FriendReminders",))
    assert yaml.safe_load(found.text)["ecr"] == {"rails_app": {"managed": False}}
    assert found.changes == []


SECRETS = {
    "DB_PASSWORD": "correct-horse-battery",
    "API_KEY_OLD": "another-thing-entirely",
    "GITHUB": "ghp_0123456789abcdefghij0123456789abcdefghij",
    "DATABASE_URL": "postgres://web:open-sesame@db:5432/web",
}


def test_secrets_are_never_printed_and_the_spec_means_the_same(world: "World", imported: Import) -> None:
    phases = "phases: {build: {commands: [make]}}\n"
    buildspec = f"version: 0.2\nenv:\n  variables:\n    TOKEN: inline-build-secret\n{phases}"
    variables = [{"name": name, "value": text, "type": "PLAINTEXT"} for name, text in SECRETS.items()]
    world.client("codebuild").create_project(
        name="leaky",
        source={"type": "CODEPIPELINE", "buildspec": buildspec},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [*variables, {"name": "NOT_OURS", "value": "${env:HOME}"}],
        },
        serviceRole=role(world.client, "leaky"),
    )
    mixed = [{"name": "TOKEN", "value": "action-secret", "type": "PLAINTEXT"}]
    mixed.append({"name": "KEY", "value": "/some/key", "type": "PARAMETER_STORE"})
    values = {"ProjectName": "leaky", "EnvironmentVariables": json.dumps(mixed)}
    call = {"FunctionName": "f", "UserParameters": '{"password": "lambda-secret"}'}
    stages = [
        {"name": "Build", "actions": [action("Build", "Build", "CodeBuild", values, ("Code", ""))]},
        {"name": "Call", "actions": [action("Call", "Invoke", "Lambda", call, ("", ""))]},
    ]
    found = imported(REGION, pipelines=(made(world, *stages),))
    printed = found.text + "".join(found.told)
    hidden = [*SECRETS.values(), "inline-build-secret", "action-secret", "lambda-secret"]
    assert [secret for secret in hidden if secret in printed] == []
    of_pipeline = {f"ODD_{name}" for name in ("ENVIRONMENTVARIABLES", "USER_PARAMETERS")}
    assert set(found.environment) == {*(f"LEAKY_{name}" for name in SECRETS), *of_pipeline}
    assert "buildspec: file:leaky.buildspec.yml" in found.text
    assert "NOT_OURS: $${env:HOME}" in found.text
    assert len(found.told) == len(hidden)
    assert found.changes == []


def test_one_name_for_two_secrets_is_told_apart() -> None:
    containers = {name: {"environment": {"TOKEN": f"{name}-secret-value"}} for name in ("web", "worker")}
    found = concealed({"containers": containers})
    names = [each["environment"]["TOKEN"] for each in found.values["containers"].values()]
    assert names == ["${env:WEB_TOKEN}", "${env:WORKER_TOKEN}"]
    assert set(found.environment.values()) == {"web-secret-value", "worker-secret-value"}


def test_the_name_of_a_secret_is_short_and_says_whose_it_is() -> None:
    def service(*containers: str, value: str) -> dict[str, object]:
        environment = {each: {"environment": {"DB_PASSWORD": f"{value}-{each}"}} for each in containers}
        return {"task_definition": {"containers": environment}}

    values = {
        "ecs": {
            "shop": {"services": {"orders-prod": service("web", "worker", value="correct-horse")}},
            "orders-prod": {"services": {"orders-prod": service("web", value="battery-staple")}},
        },
        "codebuild": {"orders": {"environment": {"ORDERS_TOKEN": "open-sesame-twice"}}},
    }
    assert list(concealed(values).environment) == [
        "SHOP_ORDERS_PROD_WEB_DB_PASSWORD",
        "SHOP_ORDERS_PROD_WORKER_DB_PASSWORD",
        "ORDERS_PROD_DB_PASSWORD",
        "ORDERS_TOKEN",
    ]


def test_names_and_references_are_no_secrets_but_what_is_one_by_itself_is() -> None:
    key = "AKIA0123456789ABCDEF"
    found = concealed({
        "tags": {"token-of": "platform", "owner": key},
        "secrets": {"DB_PASSWORD": "/shop/db_password"},
        "environment": {"NPM_TOKEN": {"secrets_manager": "shop/npm:token"}, "TOKEN_FILE": "/run/token"},
        "depends_on": {"token-service": "START"},
        "aws": {"environmentVariables": [{"name": "TOKEN", "value": "not-for-you"}]},
        "containers": {"web": {"command": ["run", "--url", "https://me:open-sesame@host/x"]}},
        "variables": {"api_key": {"default": "fa3c91fa3c91"}, "release": {"default": "none"}},
        "commands": ["npm ci --token=$TOKEN", "npm ci --token=fa3c91fa3c91"],
    })  # fmt: skip
    hidden = {"OWNER": key, "TOKEN": "not-for-you", "COMMAND": "https://me:open-sesame@host/x"}
    hidden |= {"API_KEY": "fa3c91fa3c91", "COMMANDS": "npm ci --token=fa3c91fa3c91"}
    assert found.environment == hidden
    assert found.values["tags"] == {"token-of": "platform", "owner": "${env:OWNER}"}
    assert found.values["secrets"] == {"DB_PASSWORD": "/shop/db_password"}


MODELS = (
    ("codebuild", "CreateProject"),
    ("codecommit", "CreateRepository"),
    ("codepipeline", "CreatePipeline"),
    ("ecr", "CreateRepository"),
    ("ecs", "CreateCluster"),
    ("ecs", "RegisterTaskDefinition"),
)


def members(shape: Any, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to every text of an AWS parameter"""
    if shape.name in seen or shape.type_name == "string":
        yield ()
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from ((name, *way) for way in members(member, (*seen, shape.name)))
    elif shape.type_name in ("list", "map"):
        yield from members(shape.member if shape.type_name == "list" else shape.value, (*seen, shape.name))


def placed(way: tuple[str, ...], text: str) -> Any:
    return {way[0]: placed(way[1:], text)} if way else text


def test_no_word_of_the_grammar_or_of_aws_is_taken_for_the_name_of_a_secret() -> None:
    blocks = schema(BLOCKS)["$defs"].values()
    said: list[tuple[str, ...]] = [(key,) for block in blocks for key in block.get("properties", {})]
    session = botocore.session.get_session()
    for service, operation in MODELS:
        shape = session.get_service_model(service).operation_model(operation).input_shape
        said += [("aws", *way) for way in members(shape)]
    assert len(said) > 500
    hidden = [way for way in said if concealed(placed(way, "some-name")).environment]
    assert hidden == []


def test_a_text_like_the_name_of_a_file_is_read_from_the_environment_and_called_no_secret() -> None:
    found = concealed({"environment": {"DATABASE": "file:/var/data"}})
    assert found.values["environment"] == {"DATABASE": "${env:DATABASE}"}
    assert "secret" not in found.told[0].lower()


def test_a_token_that_aws_keeps_for_itself_is_told() -> None:
    found = concealed({"configuration": {"OAuthToken": "****", "Owner": "example"}})
    assert found.values["configuration"]["OAuthToken"] == "****"
    assert found.environment == {}
    assert "configuration.OAuthToken: AWS does not tell its value" in found.told[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [("Friend_Reminders", "friend-reminders"), ("1st", "stack-1st"), ("x", "x-stack"), ("a" * 50, "a" * 40)],
)
def test_a_stack_is_called_after_its_pipeline(text: str, name: str) -> None:
    assert stack_name(text) == name


def test_tags_of_aws_and_of_pipectl_are_nobodys_to_write() -> None:
    tags = {"aws:cloudformation:stack-name": "web", "pipectl:stack": "web", "team": "web"}
    assert own_tags(tags) == {"team": "web"}


class Scaling:
    """A cloud whose services autoscaling owns: the local AWS has none that knows its services"""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    @property
    def account(self) -> Account:
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if service == "application-autoscaling":
            return {"ScalableTargets": [{"ResourceId": each} for each in params["ResourceIds"]]}
        return self._cloud.call(service, operation, **params)


def test_a_count_that_autoscaling_owns_is_not_stated(world: "World") -> None:
    shapes.terraform(world.client)
    cloud = world.connection.cloud(REGION)
    asked = Asked(services=("main/api",))
    stated = arrive(cloud, asked).values["ecs"]["main"]["services"]["api"]
    scaled = arrive(Scaling(cloud), asked).values["ecs"]["main"]["services"]["api"]
    assert stated == {"desired_count": 3, **scaled}


def test_what_a_service_has_beside_the_spec_is_told(world: "World") -> None:
    shapes.terraform(world.client)
    client, cloud = world.client("ecs"), world.connection.cloud(REGION)
    running = client.describe_services(cluster="main", services=["api"])["services"][0]["taskDefinition"]
    tags = [{"key": "Terraform", "value": "true"}, {"key": "cost", "value": "7"}]
    client.tag_resource(resourceArn=running, tags=tags)
    assert arrive(Scaling(cloud), Asked(services=("main/api",))).lost == (
        "autoscaling of ecs service main/api stays as it is: the grammar has no word for it",
        (
            "tags of the task definition of ecs service main/api (cost): its next revision has those of the"
            " service instead"
        ),
    )


def test_nothing_of_an_odd_pipeline_is_lost(world: "World", imported: Import, look: Look) -> None:
    """What a spec does not say is no difference, so the pipeline is made anew from the spec alone"""
    found = imported(REGION, pipelines=(odd.make(world.client),))
    assert found.told == (
        "no event rule starts pipeline Odd.Pipe@1 for its source Code; `create` makes none",
        "no event rule starts pipeline Odd.Pipe@1 for its source Image; `create` makes none",
    )
    assert found.changes == []
    place = arn("codepipeline", odd.NAME)
    before, gates, tags = look(REGION)[place]
    world.client("codepipeline").delete_pipeline(name=odd.NAME)
    world.made(found.spec)
    after, gates_after, tags_after = look(REGION)[place]
    assert list(differences(stated(before, REGION), words(after, REGION))) == []
    assert gates_after == gates
    assert [each for each in tags_after if each["key"] != OWNER_TAG] == tags


def test_each_of_two_branches_has_its_own_rule(world: "World", imported: Import) -> None:
    world.client("codecommit").create_repository(repositoryName="two")
    sources = []
    for branch in ("main", "next"):
        values = {"RepositoryName": "two", "BranchName": branch, "PollForSourceChanges": "false"}
        sources.append(action(branch, "Source", "CodeCommit", values, ("", branch)))
    declared = {
        "name": "two",
        "roleArn": role(world.client, "two-role"),
        "artifactStore": {"type": "S3", "location": "two-artifacts"},
        "stages": [{"name": "Source", "actions": sources}, approval()],
    }
    world.client("codepipeline").create_pipeline(pipeline=declared)
    target = {"Id": "p", "Arn": arn("codepipeline", "two"), "RoleArn": role(world.client, "two-events")}
    for name, branch in (("a-rule", "next"), ("b-rule", "main")):
        pattern = {
            "source": ["aws.codecommit"],
            "resources": [arn("codecommit", "two")],
            "detail": {"referenceName": [branch]},
        }
        world.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
        world.client("events").put_targets(Rule=name, Targets=[target])
    found = imported(REGION, pipelines=("two",))
    said = yaml.safe_load(found.text)["codepipeline"]["two"]["stages"][0]["actions"]
    assert {each["branch"]: each["event_rule"] for each in said} == {"main": "b-rule", "next": "a-rule"}
    assert found.told == ()
    assert found.changes == []
    world.client("events").remove_targets(Rule="b-rule", Ids=["p"])
    said = yaml.safe_load(imported(REGION, pipelines=("two",)).text)["codepipeline"]["two"]["stages"][0]
    rules = {each["branch"]: each["event_rule"] for each in said["actions"]}
    assert rules == {"main": False, "next": "a-rule"}


def test_of_a_thing_that_is_read_in_part_the_rest_is_said(world: "World") -> None:
    pipeline = shapes.cloudformation(world.client)
    world.fault(service="ecr", operation="ListTagsForResource", code="AccessDeniedException", status=400)
    found = arrived(world, pipeline)
    assert found.values["ecr"] == {
        "web-repository-abc1example": {"scan_on_push": False, "tag_mutability": "IMMUTABLE"}
    }
    assert found.lost == (
        (
            "tags of ecr repository web-repository-abc1example: not read, since ecr:ListTagsForResource"
            " is not allowed"
        ),
    )


def test_a_thing_whose_tags_must_not_be_read_is_not_taken_from_its_stack(
    world: "World", named: Named
) -> None:
    world.made(world.load(named("friendreminders")))
    world.fault(service="ecr", operation="ListTagsForResource", code="AccessDeniedException", status=400)
    found = arrived(world, "FriendReminders", region="ap-southeast-1")
    assert found.values["ecr"] == {"rails_app": {"keep_images": 30}}


def test_the_customer_key_of_a_repository_is_said_and_the_one_of_aws_is_not(world: "World") -> None:
    pipeline = made(world, approval())
    codecommit, own = world.client("codecommit"), world.client("kms").create_key()["KeyMetadata"]["Arn"]
    assert arrived(world, pipeline).values["codecommit"] == {"odd-code": {}}
    for key in (own, own.replace(world.account, "210987654321")):
        codecommit.update_repository_encryption_key(repositoryName="odd-code", kmsKeyId=key)
        assert arrived(world, pipeline).values["codecommit"] == {"odd-code": {"kms_key": key}}
