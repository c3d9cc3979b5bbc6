"""A template says what the spec says, of the same resources, and cfn-lint has nothing to say."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipectl.errors import WrongUsage
from pipectl.export import shapes
from pipectl.export.cloudformation.template import Template, template
from pipectl.export.cloudformation.text import to_json, to_yaml
from pipectl.export.design import Design, Home, design, design_anywhere
from tests.export.conftest import FILES, ROOT
from tests.kinds.test_generated import SPECS, thinned

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec

Designed = Callable[[Path], Design]
Anywhere = Callable[[Path], Template]
Load = Callable[[Path], "Spec"]
WorkedOut = Callable[[Template, Design], dict[str, Any]]

FULL = ROOT / "config" / "full.yaml"
FRIENDREMINDERS = ROOT / "config" / "friendreminders.yaml"
EXAMPLES = int(os.environ.get("PIPECTL_EXAMPLES", "2"))
"""Each takes some seconds; more are tried by hand."""

PIPELINES = ROOT / "tests" / "kinds" / "specs" / "pipelines.yaml"


LINT = "from cfnlint.runner import main; main()"


def linted(*files: Path) -> str:
    """What cfn-lint says: mistakes and warnings"""
    run = subprocess.run(
        [sys.executable, "-c", LINT, *map(str, files)], check=False, capture_output=True, text=True
    )
    return run.stdout + run.stderr


def written(folder: Path, **templates: Template) -> list[Path]:
    """Each template in its file"""
    for name, made in templates.items():
        (folder / f"{name}.yaml").write_text(to_yaml(made), encoding="utf-8")
    return sorted(folder.glob("*.yaml"))


def test_cfn_lint_passes_every_template(
    file: Path, designed: Designed, anywhere: Anywhere, tmp_path: Path
) -> None:
    home = designed(file)
    files = written(
        tmp_path,
        whole=template(home),
        importable=template(home, only_importable=True),
        stack_set=anywhere(file),
    )
    assert linted(*files) == ""


def test_a_template_says_the_same_in_both_of_its_forms(
    file: Path, designed: Designed, tmp_path: Path
) -> None:
    from cfnlint.decode import decode

    made = template(designed(file))
    (tmp_path / "template.json").write_text(to_json(made), encoding="utf-8")
    (yaml_file,) = written(tmp_path, template=made)
    (one, _), (other, _) = decode(str(yaml_file)), decode(str(tmp_path / "template.json"))
    assert one
    assert one == other


@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_cfn_lint_passes_the_templates_of_generated_specs(
    data: st.DataObject, load: Load, tmp_path: Path
) -> None:
    file = data.draw(st.sampled_from([each for each in FILES if each.stem in SPECS]))
    values = data.draw(thinned(file, tmp_path))
    spec_file = tmp_path / "generated.yaml"
    spec_file.write_text(json.dumps(values), encoding="utf-8")  # JSON is YAML
    spec = load(spec_file)
    home = Home(spec.region or "eu-west-1")
    folder = tmp_path / "templates"
    folder.mkdir(exist_ok=True)
    made = written(
        folder, whole=template(design(spec, home)), stack_set=template(design_anywhere(spec, home))
    )
    assert linted(*made) == ""


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield str(value)


PARSED = ("policy", "trust", "pattern")
"""Texts of requests that are JSON."""
NEVER_SENT = ("deployed", "opened", "sent_along")
"""What pipectl keeps beside a request: that a pipeline deploys the service, which transitions it opens, and
which parameters no answer tells."""


def asked(request: Mapping[str, Any]) -> Any:
    return {
        key: json.loads(value) if key in PARSED else value
        for key, value in request.items()
        if key not in NEVER_SENT
    }


def test_every_value_of_every_request_is_in_the_template_or_is_told(
    file: Path, designed: Designed, worked_out: WorkedOut
) -> None:
    home = designed(file)
    made = template(home)
    said = Counter(leaves(worked_out(made, home)))
    wanted = Counter(leaf for each in home.resources for leaf in leaves(asked(each.request)))
    wanted.subtract(value for value in ("60",) if made.lost)  # the one that is told: how long a rule may take
    assert wanted - said == Counter()
    lost = ("pipeline everything: stages.beforeEntry.conditions.rules.timeoutInMinutes",)
    assert made.lost == (lost if file == PIPELINES else ())


def sent(said: Any, shape: Any) -> Any:
    """Properties as the API takes them, by the table that made them; what it does not name is left out"""
    if isinstance(shape, str):
        return said
    if isinstance(said, list):
        return [sent(each, shape) for each in said]
    if not isinstance(said, Mapping):
        return said
    words = {
        (below if isinstance(below, str) else below["="]): key for key, below in shape.items() if key != "="
    }
    return {words[name]: sent(value, shape[words[name]]) for name, value in said.items() if name in words}


def without_empty(value: Any) -> Any:
    if isinstance(value, list):
        return [without_empty(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {key: without_empty(each) for key, each in value.items() if each not in ([], {})}


ELSEWHERE = {"tags", "artifactStores", "taskDefinition"}
"""What has another shape in a template; a service names its task definition."""
REQUESTS = {
    "AWS::ECS::Service": "service",
    "AWS::ECS::TaskDefinition": "task_definition",
    "AWS::CodePipeline::Pipeline": "declaration",
}


def test_every_property_is_the_parameter_that_create_sends(
    file: Path, designed: Designed, worked_out: WorkedOut
) -> None:
    home = designed(file)
    made = template(home)
    resources = worked_out(made, home)
    known = shapes.table("cloudformation")
    compared = 0
    for entry in made.entries:
        if entry.type in known and not entry.lost:
            request = entry.resource.request
            wanted = without_empty(request.get(REQUESTS.get(entry.type, ""), request))
            found = without_empty(sent(resources[entry.logical]["Properties"], known[entry.type]))
            assert {key: each for key, each in found.items() if key not in ELSEWHERE} == {
                key: each for key, each in wanted.items() if key not in ELSEWHERE
            }, entry.logical
            compared += 1
    assert compared


def test_roles_have_the_policies_of_the_spec(file: Path, designed: Designed, worked_out: WorkedOut) -> None:
    home = designed(file)
    roles = {
        each["Properties"]["RoleName"]: each["Properties"]
        for each in worked_out(template(home), home).values()
        if each["Type"] == "AWS::IAM::Role"
    }
    wanted = home.named("iam role")
    assert roles.keys() == wanted.keys()
    for name, role in wanted.items():
        (policy,) = roles[name]["Policies"]
        assert policy["PolicyDocument"] == json.loads(role.request["policy"])
        assert roles[name]["AssumeRolePolicyDocument"] == json.loads(role.request["trust"])


NAMES = {
    "AWS::CodeCommit::Repository": "RepositoryName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::IAM::Role": "RoleName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::CodeBuild::Project": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::CodePipeline::Pipeline": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::CodeStarNotifications::NotificationRule": "Name",
}


def test_resources_have_the_names_that_pipectl_gives_them(
    file: Path, designed: Designed, worked_out: WorkedOut
) -> None:
    home = designed(file)
    named = [
        each["Properties"][NAMES[each["Type"]]]
        for each in worked_out(template(home), home).values()
        if each["Type"] in NAMES
    ]
    wanted = [
        each.name.rpartition("/")[2] if each.kind == "ecs service" else each.name for each in home.resources
    ]
    assert sorted(named) == sorted(wanted)


def test_no_account_stands_in_a_template_and_a_region_in_names_only(file: Path, designed: Designed) -> None:
    home = designed(file)
    text = to_yaml(template(home))
    assert home.account.id not in text
    names = {each.name for each in home.resources if home.account.region in each.name}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "").replace(name.replace(home.account.id, "${AWS::AccountId}"), "")
    assert home.account.region not in text


def test_a_pipeline_waits_for_all_that_it_uses(designed: Designed) -> None:
    entries = {entry.logical: entry for entry in template(designed(FRIENDREMINDERS)).entries}
    text = str(entries["FriendRemindersPipeline"].properties)
    used = ("FriendRemindersSource.Name", "'FriendRemindersBuildProject'", "'ArtifactsBucket'",
            "FriendremindersRemindersmgtService.Name", "FriendRemindersPipelineRole.Arn")  # fmt: skip
    assert [name for name in used if name not in text] == []


def test_closed_stages_are_said_with_their_reasons(designed: Designed) -> None:
    resources = json.loads(to_json(template(designed(FULL))))["Resources"]
    closed = resources["ShopApiPipeline"]["Properties"]["DisableInboundStageTransitions"]
    assert closed == [{"StageName": "Production", "Reason": "Releases on Tuesdays only"}]
    assert "DisableInboundStageTransitions" not in resources["ShopWorkerPipeline"]["Properties"]


def test_an_image_of_the_pipeline_is_a_parameter_that_may_stay_empty(designed: Designed) -> None:
    document = json.loads(to_json(template(designed(FRIENDREMINDERS))))
    name = "FriendremindersRemindersmgtServiceRailsImage"
    assert document["Parameters"][name]["Default"] == ""
    task = document["Resources"]["FriendremindersRemindersmgtServiceTaskDefinition"]
    image = task["Properties"]["ContainerDefinitions"][0]["Image"]
    first = {"Fn::Sub": "${RailsAppImages.RepositoryUri}:latest"}
    assert image == {"Fn::If": [f"Has{name}", {"Ref": name}, first]}


def test_everything_that_is_imported_stays_when_its_stack_goes(file: Path, designed: Designed) -> None:
    made = template(designed(file), only_importable=True)
    policies = {made.resource(entry)["DeletionPolicy"] for entry in made.entries}
    assert policies == {"Retain"}


def test_what_cannot_be_imported_is_left_out_and_told(designed: Designed) -> None:
    made = template(designed(FRIENDREMINDERS), only_importable=True)
    assert made.left_out == ("codebuild project FriendRemindersBuild",)
    assert "AWS::CodeBuild::Project" not in {entry.type for entry in made.entries}
    assert "ProjectName: FriendRemindersBuild\n" in to_yaml(made)


ACCOUNT = re.compile(r"(?<![\w-])\d{12}(?!\d)")
REGION = re.compile(r"(?<![a-z])(?:us|eu|ap|ca|sa|me|af|il|mx|cn|xx)-[a-z]+-\d+(?![\w-])")


def test_a_stack_set_has_no_account_and_no_region_anywhere(file: Path, anywhere: Anywhere) -> None:
    document = json.loads(to_json(anywhere(file)))
    for text in leaves([document["Resources"], document.get("Parameters", {})]):
        described = text.endswith(" at home")
        assert not ACCOUNT.search(text), text
        assert described or not REGION.search(text), text


def test_what_a_stack_set_makes_is_not_taken_for_the_stacks_own(anywhere: Anywhere) -> None:
    assert "pipectl:stack" not in to_yaml(anywhere(FRIENDREMINDERS))


def test_global_names_of_a_stack_set_name_their_region(anywhere: Anywhere) -> None:
    resources = json.loads(to_json(anywhere(FULL)))["Resources"].values()
    named = [
        each["Properties"][NAMES[each["Type"]]]
        for each in resources
        if each["Type"] in ("AWS::IAM::Role", "AWS::S3::Bucket")
    ]
    assert named
    assert [name for name in named if "${AWS::Region}" not in name["Fn::Sub"]] == []


def test_a_stack_set_is_told_what_nobody_can_choose(anywhere: Anywhere) -> None:
    parameters = json.loads(to_json(anywhere(FULL)))["Parameters"]
    kinds = Counter(each["Type"] for name, each in parameters.items() if "Default" not in each)
    assert kinds == {"AWS::EC2::Subnet::Id": 4, "AWS::EC2::SecurityGroup::Id": 2, "String": 3}
    (secret,) = (name for name, each in parameters.items() if "secret:shop/staging" in each["Description"])
    assert to_yaml(anywhere(FULL)).count(f"!Ref {secret}\n") == 4  # of two containers, and of their roles


LONG = "a-stack-with-quite-a-long-name"


def _long(tmp_path: Path) -> Path:
    file = tmp_path / "long.yaml"
    text = FRIENDREMINDERS.read_text(encoding="utf-8")
    file.write_text(text.replace("\nname: friendreminders\n", f"\nname: {LONG}\n"), encoding="utf-8")
    return file


def test_a_name_too_long_for_every_region_is_refused(anywhere: Anywhere, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="is too long") as refused:
        anywhere(_long(tmp_path))
    assert "at most 24 characters" in str(refused.value.hint)


def test_a_name_with_a_hash_of_the_account_needs_the_account(load: Load, tmp_path: Path) -> None:
    spec = load(_long(tmp_path))
    with pytest.raises(WrongUsage, match="ends in a hash of the account") as refused:
        design(spec, Home("ap-southeast-1"))
    assert "--account ID" in str(refused.value.hint)
    assert design(spec, Home("ap-southeast-1", "210987654321")).named("s3 bucket")


def test_a_foreign_language_in_a_text_is_not_taken_for_cloudformations(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "shell.yaml"
    text = FRIENDREMINDERS.read_text(encoding="utf-8")
    buildspec = "buildspec: \"version: 0.2\\nphases: {build: {commands: ['echo ${HOME} 210987654321']}}\\n\""
    file.write_text(text.replace("buildspec: buildspec.yml", buildspec), encoding="utf-8")
    made = template(design(load(file), Home("ap-southeast-1", "210987654321")))
    assert "echo ${!HOME} ${AWS::AccountId}" in to_yaml(made)
