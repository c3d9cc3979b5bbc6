"""A configuration imports what pipectl has made, and Terraform then finds nothing to change."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipectl.aws.account import Account
from pipectl.export.design import Design, Home, design
from pipectl.export.terraform.configuration import configuration
from pipectl.export.terraform.hcl import Body, Code, Expression, Json, block
from pipectl.export.terraform.values import label
from pipectl.export.wording import Wording
from tests.export.conftest import ACCOUNT, FILES, ROOT
from tests.kinds.conftest import OWN_ROLE, SECRETS_OF_SPECS, own_role
from tests.kinds.test_generated import SPECS, thinned

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Designed = Callable[[Path], Design]
Load = Callable[[Path], "Spec"]
FULL = ROOT / "config" / "full.yaml"
FRIENDREMINDERS = ROOT / "config" / "friendreminders.yaml"
PIPELINES = ROOT / "tests" / "kinds" / "specs" / "pipelines.yaml"

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|<<EOT\n.*?\nEOT$', re.DOTALL | re.MULTILINE)
REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+\.\w+)(?:\.(\w+))?")


def bare(text: str) -> str:
    """A configuration without its texts and comments; what stands in `${}` stays"""

    def inner(match: re.Match[str]) -> str:
        return " ".join(re.findall(r"(?<!\$)\$\{([^}]*)\}", match[0]))

    return re.sub(r" # .*$", "", TEXT.sub(inner, text), flags=re.MULTILINE)


def check_imports(text: str) -> None:
    resources = Counter(
        f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    )
    imports = Counter(re.findall(r"^import \{\n  to = (\S+)$", text, re.MULTILINE))
    assert resources == imports
    assert set(resources.values()) == {1}


def check_references(text: str) -> None:
    known = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)}
    known |= {
        f"data.{kind}.{name}" for kind, name in re.findall(r'^data "(\w+)" "(\w+)"', text, re.MULTILINE)
    }
    assert {found for found, _ in REFERENCE.findall(bare(text))} - known == set()


def check_brackets(text: str) -> None:
    left: list[str] = []
    for letter in re.sub(r"[^\[\](){}]", "", bare(text)):
        if letter in "[({":
            left.append(letter)
        else:
            assert left.pop() + letter in ("[]", "()", "{}")
    assert left == []


CHECKS = (check_imports, check_references, check_brackets)


@pytest.mark.parametrize("check", CHECKS, ids=["every resource once", "references", "brackets"])
def test_a_configuration_is_whole(check: Callable[[str], None], file: Path, designed: Designed) -> None:
    check(configuration(designed(file)).text)


@settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_the_configurations_of_generated_specs_are_whole(
    data: st.DataObject, load: Load, tmp_path: Path
) -> None:
    file = data.draw(st.sampled_from([each for each in FILES if each.stem in SPECS]))
    written = tmp_path / "generated.yaml"
    written.write_text(json.dumps(data.draw(thinned(file, tmp_path))), encoding="utf-8")  # JSON is YAML
    spec = load(written)
    text = configuration(design(spec, Home(spec.region or "eu-west-1"))).text
    for check in CHECKS:
        check(text)


def test_no_account_stands_in_a_configuration(file: Path, designed: Designed) -> None:
    home = designed(file)
    assert home.account.id not in configuration(home).text


def test_what_the_provider_cannot_say_is_told_and_left_alone(designed: Designed) -> None:
    made = configuration(designed(PIPELINES))
    words = ("outputArtifacts", "commands", "outputVariables", "environmentVariables")
    assert made.lost == (
        *(f"pipeline everything: stages.actions.{word}" for word in words),
        "pipeline everything: the closed transition of Approve",
        "pipeline everything: the closed transition of Deploy",
    )
    (pipeline,) = re.findall(
        r'^resource "aws_codepipeline" "everything" \{\n(.*?)^\}', made.text, re.MULTILINE | re.DOTALL
    )
    assert "    ignore_changes = all # " in pipeline


def test_an_image_of_the_pipeline_is_left_to_it(designed: Designed) -> None:
    text = configuration(designed(FRIENDREMINDERS)).text
    assert "ignore_changes = [container_definitions] # the image is the pipeline's" in text
    assert "ignore_changes = [task_definition, availability_zone_rebalancing] # the image is" in text
    assert "id = data.aws_ecs_service.friendreminders_remindersmgt.task_definition\n" in text


def _wording(load: Load) -> Wording:
    spec = load(FRIENDREMINDERS)
    return Wording(Design(spec, Home("ap-southeast-1", ACCOUNT), Account(ACCOUNT, "ap-southeast-1"), ()))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('say "hi"\\\n\t', r'"say \"hi\"\\\n\t"'),
        ("${HOME} %{if} $HOME", '"$${HOME} %%{if} $HOME"'),
        ("\x07", r'"\u0007"'),
        (ACCOUNT, "local.account"),
        (f"in {ACCOUNT}", '"in ${local.account}"'),
        (True, "true"),
        (None, "null"),
        (3, "3"),
        (["a", 1], '["a", 1]'),
        ({}, "{}"),
        (Expression("aws_iam_role.web.arn"), "aws_iam_role.web.arn"),
        (Json({"a:b": [1]}), 'jsonencode({\n    "a:b" = [1]\n  })'),
        (Code("echo ${A} \\ %{b\n"), "<<EOT\necho $${A} \\ %%{b\nEOT"),
        (Code("echo EOT\n"), "<<EOT0\necho EOT\nEOT0"),
        (Code("one line"), '"one line"'),
    ],
)
def test_values_are_written_as_terraform_reads_them(value: Any, said: str, load: Load) -> None:
    assert block("locals", {"a": value}, _wording(load)) == f"locals {{\n  a = {said}\n}}"


def test_blocks_stand_below_attributes_whose_signs_are_aligned(load: Load) -> None:
    body = {"b": Body(c=1), "name": "x", "id": [Body(), Body()], "long_name": 2}
    assert block("x", body, _wording(load)) == (
        'x {\n  name      = "x"\n  long_name = 2\n  b {\n    c = 1\n  }\n  id {\n  }\n  id {\n  }\n}'
    )


PLACES = (
    "/opt/*",
    "/usr/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "~/.terraform.d/plugins",
)
"""Where packages put providers."""

VERSION = "5.100."
"""The provider whose words are written."""


def _mirror() -> Path | None:
    """A folder with the provider, when Terraform is installed"""
    if not shutil.which("terraform"):
        return None
    root = Path("/")
    found = (
        path
        for place in PLACES
        for path in root.glob(str(Path(place).expanduser()).lstrip("/"))
        if any((path / "registry.terraform.io" / "hashicorp" / "aws").glob(f"*{VERSION}*"))
    )
    return next(found, None)


MIRROR = _mirror()
SERVICES = (
    "codebuild",
    "codecommit",
    "codepipeline",
    "codestarnotifications",
    "ecr",
    "ecs",
    "events",
    "iam",
    "logs",
    "s3",
    "servicediscovery",
    "sns",
    "sts",
)


class Terraform:
    """Terraform in a folder, with the provider's door to the local AWS"""

    def __init__(self, world: "World", mirror: Path) -> None:
        self.folder = world.folder / "terraform"
        self.folder.mkdir()
        self.variables = {f"TF_VAR_{name.lower()}": value for name, value in SECRETS_OF_SPECS.items()}
        (self.folder / "rc").write_text(
            f'provider_installation {{\n filesystem_mirror {{\n path = "{mirror}"\n}}\n}}\n'
        )
        doors = "\n".join(f'{service} = "{world.server.url}"' for service in SERVICES)
        (self.folder / "local_override.tf").write_text(
            f'provider "aws" {{\naccess_key = "{ACCOUNT}"\nsecret_key = "local"\ns3_use_path_style = true\n'
            f"skip_metadata_api_check = true\nendpoints {{\n{doors}\n}}\n}}\n"
        )

    def __call__(self, *words: str) -> str:
        environment = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": str(self.folder / "rc"),
            "CHECKPOINT_DISABLE": "1",
            **self.variables,
        }
        run = subprocess.run(
            ["terraform", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def changes(self, text: str) -> list[dict[str, Any]]:
        """What a plan of the configuration would do"""
        (self.folder / "main.tf").write_text(text, encoding="utf-8")
        self("fmt", "-check", "-diff", "main.tf")
        self("init", "-input=false", "-no-color")
        self("plan", "-input=false", "-no-color", "-out=plan")
        found: list[dict[str, Any]] = json.loads(self("show", "-json", "plan"))["resource_changes"]
        return found


def differing(change: dict[str, Any]) -> Iterator[str]:
    before, after = change["before"] or {}, change["after"] or {}
    yield from (key for key in {*before, *after} if before.get(key) != after.get(key))
    yield from (key for key, unknown in (change["after_unknown"] or {}).items() if unknown is True)


TRIGGERED = """
pipectl: 1
name: triggered
region: eu-west-1
ecr:
  web: {}
ecs:
  shared:
    managed: false
    services:
      web:
        task_definition:
          family: web
          cpu: 256
          memory: 512
          containers:
            web: {repository: web}
        subnets: [subnet-0a1b2c3d4e5f60718]
codebuild:
  build: {buildspec: buildspec.yml}
codepipeline:
  web:
    triggers:
      GitHub: {push: [{branches: {includes: [main]}}]}
    stages:
      - name: Source
        actions:
          - name: GitHub
            provider: CodeStarSourceConnection
            connection: >-
              arn:aws:codeconnections:eu-west-1:012345678901:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4
            repository: example/web
            branch: main
      - name: Build
        actions: [{provider: CodeBuild, project: build}]
"""

IMPORT_ADDS = {"aws_codepipeline": {"trigger"}}
"""What the provider (5.100) does not read at an import: a pipeline's triggers, unless the state has some. The
update sends the pipeline as it is."""


def deploy(ecs: Any) -> None:
    """What a pipeline does: a revision with another image and the same tags, given to the service"""
    before = ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    (container,) = before["taskDefinition"]["containerDefinitions"]
    sizes = {"family": "web", "cpu": "256", "memory": "512", "networkMode": "awsvpc"}
    revision = ecs.register_task_definition(
        **sizes,
        tags=before["tags"],
        requiresCompatibilities=["FARGATE"],
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/pipectl/triggered/triggered-eu-west-1-web-execution",
        containerDefinitions=[{**container, "image": f"{container['image']}-deployed"}],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="shared", service="web", taskDefinition=revision)


def notification_rules(api: Any) -> dict[str, str]:
    """The variables of a configuration for the ARNs that only AWS knows"""
    arns = [rule["Arn"] for rule in api.list_notification_rules()["NotificationRules"]]
    names = {arn: api.describe_notification_rule(Arn=arn)["Name"] for arn in arns}
    return {f"TF_VAR_{label(name)}_notification_rule": arn for arn, name in names.items()}


def is_quiet(change: dict[str, Any]) -> bool:
    return bool(change["change"]["actions"] == ["no-op"])


if MIRROR:
    mirror = MIRROR

    # full.yaml has all that the tutorial's has, and each plan takes some ten seconds; Terraform itself finds
    # differences where AWS answers in another shape than it was asked, as the recorded ones
    @pytest.mark.parametrize(
        "made",
        [each for each in FILES if each != FRIENDREMINDERS and each.parent.name != "recorded"],
        ids=lambda each: each.stem,
    )
    def test_a_plan_imports_everything_and_changes_nothing(made: Path, world: "World", load: Load) -> None:
        for role in sorted(set(OWN_ROLE.findall(made.read_text(encoding="utf-8")))):
            own_role(world.client("iam"), role)
        spec = load(made)
        world.made(spec)
        text = configuration(design(spec, Home(str(spec.region)))).text
        terraform = Terraform(world, mirror)
        terraform.variables |= notification_rules(world.client("codestar-notifications", str(spec.region)))
        changes = terraform.changes(text)
        assert len(changes) == text.count('\nresource "')
        assert [each["address"] for each in changes if not each["change"].get("importing")] == []
        loud = {each["address"]: [*differing(each["change"])] for each in changes if not is_quiet(each)}
        assert loud == {}

    def test_a_plan_changes_only_what_an_import_adds_by_itself(world: "World") -> None:
        """Also in another's cluster, and when the pipeline has deployed"""
        world.client("ecs").create_cluster(clusterName="shared")
        spec = world.load(TRIGGERED)
        world.made(spec)
        deploy(world.client("ecs"))
        text = configuration(design(spec, Home("eu-west-1"))).text
        changes = [each for each in Terraform(world, mirror).changes(text) if not is_quiet(each)]
        assert {each["type"]: {*differing(each["change"])} for each in changes} == IMPORT_ADDS
        assert [each["change"]["actions"] for each in changes] == [["update"]]
