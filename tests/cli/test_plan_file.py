"""`plan --out` keeps a plan, and `create --plan` carries out exactly that, or nothing."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from tests.cli.test_no_secret_is_shown import SECRETS, planted
from tests.shop import BUILD, DEPLOY, IMAGES, RELEASE, Shop, builds, serves

Run = Callable[..., Result]
Client = Callable[[str], Any]

SPEC = """
pipectl: 1
name: shop
region: ap-southeast-1
ecr:
  web: {keep_images: 30}
  api: {keep_images: "${var:keep:-30}"}
codebuild:
  shop:
    image: aws/codebuild/amazonlinux-x86_64-standard:5.0
    buildspec: {version: 0.2, phases: {build: {commands: ["true"]}}}
    environment: {STAGE: one, FREE: "${env:FREE_TEXT:-nothing}"}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(SPEC, encoding="utf-8")
    return file


@pytest.fixture
def kept(tmp_path: Path) -> str:
    return str(tmp_path / "plan.json")


def writes(result: Result) -> list[str]:
    """What was sent that writes, as `ecr create_repository`, from what `--calls` lists"""
    rows = re.findall(r"^ *([\w-]+) +(\w+) +(\d+) +write$", result.stderr, re.MULTILINE)
    return sorted(f"{service} {operation}" for service, operation, count in rows for _ in range(int(count)))


def refused(result: Result, *words: str, exit_code: int = 3) -> None:
    assert result.exit_code == exit_code, result.output
    assert writes(result) == []
    assert [word for word in words if word not in " ".join(result.stderr.split())] == []
    assert result.stderr.count("error: ") == 1


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_what_is_written_is_exactly_what_the_plan_says(run: Run, spec: Path, kept: str) -> None:
    for before, after in (
        ("name: shop", "name: shop"),
        ("keep_images: 30", "keep_images: 20"),
        ("one", "two"),
    ):
        change(spec, before, after)
        script = run("plan", str(spec), "--as", "aws-cli", "--out", kept)
        assert script.exit_code == 0, script.output
        commands = re.findall(r"^aws (\S+) (\S+)", script.stdout, re.MULTILINE)
        planned = sorted(
            f"{service.replace('s3api', 's3')} {name.replace('-', '_')}" for service, name in commands
        )
        done = run("create", "--plan", kept, "--calls")
        assert done.exit_code == 0, done.output
        assert writes(done) == planned
        assert "as the spec says" in run("create", str(spec)).stdout


def test_the_plan_names_its_specs_and_how_it_is_carried_out(run: Run, spec: Path, kept: str) -> None:
    told = run("plan", str(spec), "--out", kept)
    assert f"plan written to {kept}; `pipectl create --plan {kept} {spec}` carries it out" in told.stderr
    assert "  + ecr repository         web" in told.stdout
    assert run("create", "--plan", kept, str(spec)).exit_code == 0


def test_a_plan_is_carried_out_once(run: Run, spec: Path, kept: str) -> None:
    run("plan", str(spec), "--out", kept)
    assert run("create", "--plan", kept).exit_code == 0
    refused(run("create", "--plan", kept, "--calls"), "was carried out already", "plan --out", str(spec))


def test_a_plan_without_changes_is_carried_out_by_doing_nothing(run: Run, spec: Path, kept: str) -> None:
    run("create", str(spec))
    run("plan", str(spec), "--out", kept)
    done = run("create", "--plan", kept, "--calls")
    assert (done.exit_code, writes(done)) == (0, [])


def test_what_changed_in_aws_is_named_and_nothing_is_written(
    run: Run, spec: Path, kept: str, client: Client
) -> None:
    run("create", str(spec))
    change(spec, "one", "two")
    run("plan", str(spec), "--out", kept)
    client("ecr").put_image_scanning_configuration(
        repositoryName="web", imageScanningConfiguration={"scanOnPush": False}
    )
    done = run("create", "--plan", kept, "--calls")
    refused(done, "AWS has changed since", "ecr repository web: was `no changes`, is now `update`")


def test_what_changed_in_aws_beyond_the_spec_is_seen_too(
    run: Run, spec: Path, kept: str, client: Client
) -> None:
    """The plan of now looks alike, but what it was made of is not what was reviewed"""
    run("create", str(spec))
    change(spec, "keep_images: 30", "keep_images: 20")
    run("plan", str(spec), "--out", kept)
    policy = json.loads(client("ecr").get_lifecycle_policy(repositoryName="web")["lifecyclePolicyText"])
    policy["rules"][0]["selection"]["countNumber"] = 25
    client("ecr").put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=json.dumps(policy))
    refused(
        run("create", "--plan", kept, "--calls"), "AWS has changed since", "ecr repository web: other values"
    )


def test_another_spec_is_refused_before_anything_is_sent(
    run: Run, spec: Path, kept: str, tmp_path: Path
) -> None:
    run("plan", str(spec), "--out", kept)
    copy = tmp_path / "copy.yaml"
    copy.write_text(SPEC.replace("30}", "31}"), encoding="utf-8")
    refused(run("create", "--plan", kept, str(copy), "--calls"), "copy.yaml changed after")
    change(spec, "one", "two")
    refused(run("create", "--plan", kept, "--calls"), "shop.yaml changed after")
    spec.unlink()
    gone = run("create", "--plan", kept, "--calls")
    assert (gone.exit_code, writes(gone)) == (2, [])
    assert "there is no file" in gone.stderr


def test_a_plan_of_two_specs_is_carried_out_for_both(run: Run, spec: Path, kept: str, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("pipectl: 1\nname: other\nregion: eu-west-1\necr: {other: {}}\n", encoding="utf-8")
    run("plan", str(spec), str(other), "--out", kept)
    one = run("create", "--plan", kept, str(other), "--calls")
    refused(one, "was made of", "shop.yaml", "other.yaml", "name the same specs")
    assert run("create", "--plan", kept).exit_code == 0
    assert run("plan", str(spec), str(other), "--detailed-exitcode").exit_code == 0


def test_another_value_is_refused(run: Run, spec: Path, kept: str) -> None:
    run("plan", str(spec), "--out", kept, "--var", "keep=5", FREE_TEXT="swordfish")
    changed = run("create", "--plan", kept, "--calls", "--var", "keep=5", FREE_TEXT="other")
    refused(changed, "a value of the spec has changed since")
    assert "swordfish" not in changed.output
    refused(run("create", "--plan", kept, "--calls", "--var", "keep=6", FREE_TEXT="swordfish"), "a value")
    same = run("create", "--plan", kept, "--var", "keep=5", FREE_TEXT="swordfish")
    assert same.exit_code == 0, same.output


def test_another_account_and_another_endpoint_are_refused(run: Run, spec: Path, kept: str) -> None:
    run("plan", str(spec), "--out", kept)
    other = run("create", "--plan", kept, "--calls", AWS_ACCESS_KEY_ID="210987654321")
    refused(other, "was made for account", "this is 210987654321")
    data = json.loads(Path(kept).read_text(encoding="utf-8"))
    Path(kept).write_text(json.dumps({**data, "endpoint": None}), encoding="utf-8")
    refused(run("create", "--plan", kept, "--calls"), "was made for endpoint AWS")


def broken(data: dict[str, Any]) -> list[str]:
    text = json.dumps(data)
    without = [json.dumps({key: data[key] for key in data if key != left_out}) for left_out in data]
    stack = data["stacks"][0]
    others: list[dict[str, Any]] = [
        {"salt": "no hex"},
        {"specs": [{}]},
        {"stacks": [{}]},
        {"plan": 2},
        {"pipectl": "0.0.9"},
        {"stacks": [{**stack, "steps": [{}]}]},
    ]
    wrong = [{**data, **other} for other in others]
    needed = {"created", "values"}  # for people only
    return ["", "[]", "{}", "no: json", text[:-9], *map(json.dumps, wrong)] + [
        each for left_out, each in zip(data, without, strict=True) if left_out not in needed
    ]


def test_a_file_that_is_no_whole_plan_of_this_version_is_a_mistake_of_the_command_line(
    run: Run, spec: Path, kept: str
) -> None:
    run("plan", str(spec), "--out", kept)
    for text in broken(json.loads(Path(kept).read_text(encoding="utf-8"))):
        Path(kept).write_text(text, encoding="utf-8")
        refused(run("create", "--plan", kept, "--calls"), "make it again with `plan --out`", exit_code=2)
    Path(kept).write_bytes(b"\xff\xfe\x00")
    refused(run("create", "--plan", kept, "--calls"), "is not a plan of pipectl", exit_code=2)
    refused(run("create", "--plan", f"{kept}.no"), "cannot read", exit_code=2)


def test_a_plan_that_somebody_edited_is_refused(run: Run, spec: Path, kept: str) -> None:
    run("plan", str(spec), "--out", kept)
    data = json.loads(Path(kept).read_text(encoding="utf-8"))
    data["stacks"][0]["steps"].pop()
    Path(kept).write_text(json.dumps({**data, "desired": "00" * 32}), encoding="utf-8")
    refused(run("create", "--plan", kept, "--calls"), "nothing was written")


def test_only_its_owner_reads_a_kept_plan_and_no_other_file_is_overwritten(
    run: Run, spec: Path, kept: str
) -> None:
    Path(kept).touch(mode=0o644)
    for _ in range(2):
        assert run("plan", str(spec), "--out", kept).exit_code == 0
        assert Path(kept).stat().st_mode & 0o777 == 0o600
    text = spec.read_text(encoding="utf-8")
    refused(run("plan", str(spec), "--out", str(spec)), "exists and is not a plan", exit_code=2)
    assert spec.read_text(encoding="utf-8") == text
    assert run("plan", str(spec), "--out", f"{spec}/no/plan.json").exit_code == 1
    assert sorted(each.name for each in spec.parent.iterdir() if each.is_file()) == ["plan.json", "shop.yaml"]


def test_a_plan_that_cannot_be_carried_out_is_not_kept(
    run: Run, spec: Path, kept: str, client: Client
) -> None:
    client("ecr").create_repository(repositoryName="web", tags=[{"Key": "pipectl:stack", "Value": "another"}])
    told = run("plan", str(spec), "--out", kept)
    assert told.exit_code == 1
    assert "belongs to the stack `another`" in told.stdout
    assert not Path(kept).exists()


def test_create_asks_as_ever_what_needs_a_yes(run: Run, spec: Path, kept: str, client: Client) -> None:
    client("ecr").create_repository(repositoryName="web")
    run("plan", str(spec), "--out", kept)
    assert "no stack owns ecr repository `web`" in run("create", "--plan", kept).stderr
    assert run("create", "--plan", kept, "--adopt").exit_code == 0


def test_a_kept_plan_deletes_nothing(run: Run, spec: Path, kept: str) -> None:
    run("plan", str(spec), "--out", kept)
    refused(run("create", "--plan", kept, "--prune"), "`--prune` and `--plan` contradict", exit_code=2)


def test_an_execution_between_them_changes_nothing_that_the_plan_is_made_of(shop: Shop, kept: str) -> None:
    execution = shop.create(BUILD, blocks=builds("true"))
    shop.ends(execution, "Succeeded")
    spec = str(shop.folder / "shop.yaml")
    assert shop.run("plan", spec, "--out", kept).exit_code == 0
    shop.ends(shop.execution(shop.push("second")), "Succeeded")
    done = shop.run("create", "--plan", kept)
    assert done.exit_code == 0, done.output


def test_what_the_pipeline_deploys_between_them_stays_and_hinders_nothing(shop: Shop, kept: str) -> None:
    shop.ends(shop.create(DEPLOY, blocks=serves(), files=IMAGES), "Succeeded")
    spec = shop.folder / "shop.yaml"
    change(spec, "memory: 512", "memory: 1024")
    assert shop.run("plan", str(spec), "--out", kept).exit_code == 0
    newer = {name: text.replace("rails:2", "rails:3") for name, text in IMAGES.items()}
    shop.ends(shop.execution(shop.push("second", **newer)), "Succeeded")
    done = shop.run("create", "--plan", kept)
    assert done.exit_code == 0, done.output
    ecs = shop.aws("ecs")
    (service,) = ecs.describe_services(cluster="shop", services=["web"])["services"]
    made = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert (made["memory"], made["containerDefinitions"][0]["image"][-2:]) == ("1024", ":3")


def test_a_hold_of_somebody_else_is_not_lifted_by_a_plan_that_showed_another(shop: Shop, kept: str) -> None:
    shop.create({**RELEASE, "transition": "enabled"})
    shop.hold("Release", "audit")
    spec = str(shop.folder / "shop.yaml")
    assert "audit" in shop.run("plan", spec, "--out", kept).stdout
    shop.hold("Release", "incident")
    refused(shop.run("create", "--plan", kept, "--calls"), "AWS has changed since")


def test_no_secret_stands_in_a_kept_plan(run: Run, kept: str, tmp_path: Path) -> None:
    first, second = (tmp_path / f"{number}.yaml" for number in (1, 2))
    first.write_text(yaml.safe_dump(planted(1)), encoding="utf-8")
    second.write_text(yaml.safe_dump(planted(2)), encoding="utf-8")
    run("plan", str(first), "--out", kept)
    text = Path(kept).read_text(encoding="utf-8")
    assert run("create", str(first), "--yes").exit_code == 0
    run("plan", str(second), "--out", kept)
    text += Path(kept).read_text(encoding="utf-8")
    assert [secret for secret in SECRETS if secret in text] == []


def test_a_value_of_the_environment_stands_there_as_its_name_and_the_old_one_not_at_all(
    run: Run, spec: Path, kept: str
) -> None:
    """Also where no name tells that it is a secret"""
    assert run("create", str(spec), FREE_TEXT="swordfish").exit_code == 0
    run("plan", str(spec), "--out", kept, FREE_TEXT="barracuda")
    text = Path(kept).read_text(encoding="utf-8")
    assert '"after": "${env:FREE_TEXT}"' in text
    assert "swordfish" not in text
    assert "barracuda" not in text
    assert json.loads(text)["values"] == ["${env:FREE_TEXT}", "${var:keep}"]
