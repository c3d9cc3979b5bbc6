"""`policy`, as users type it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from pipectl.local.server import Server
from tests.cli.conftest import CONFIG

Run = Callable[..., Result]

FULL = str(CONFIG / "full.yaml")


def actions(document: dict[str, object]) -> list[str]:
    statements = document["Statement"]
    assert isinstance(statements, list)
    return [action for each in statements for action in each["Action"]]


def test_a_policy_names_the_account_that_the_credentials_are_of(
    run: Run, friendreminders: str, account: str
) -> None:
    result = run("policy", friendreminders, "--for", "status")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert document["Version"] == "2012-10-17"
    by_sid = {each["Sid"]: each for each in document["Statement"]}
    assert by_sid["EcsService"] == {
        "Sid": "EcsService",
        "Effect": "Allow",
        "Action": ["ecs:DescribeServices"],
        "Resource": [f"arn:aws:ecs:ap-southeast-1:{account}:service/friendreminders/remindersmgt"],
    }


def test_nothing_is_asked_where_the_spec_states_account_and_region(run: Run, server: Server) -> None:
    server.requests.clear()
    result = run("policy", FULL)
    assert result.exit_code == 0
    assert "arn:aws:codepipeline:eu-west-1:012345678901:shop-api" in result.stdout
    assert server.requests.all() == []


def test_without_credentials_a_stated_account_is_enough(offline: Run) -> None:
    result = offline("policy", FULL, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert result.exit_code == 0, result.output


def test_purposes_are_joined(run: Run) -> None:
    plan = set(actions(json.loads(run("policy", FULL, "--for", "plan").stdout)))
    status = set(actions(json.loads(run("policy", FULL, "--for", "status").stdout)))
    both = json.loads(run("policy", FULL, "--for", "plan", "--for", "status").stdout)
    assert set(actions(both)) == plan | status
    assert plan - status
    assert status - plan


def test_what_is_too_long_for_a_managed_policy_is_said_and_split(run: Run) -> None:
    whole = run("policy", FULL)
    assert "characters, and a managed policy takes 6,144; `--split` prints several" in whole.stderr
    split = run("policy", FULL, "--split")
    assert (split.exit_code, split.stderr) == (0, "")
    documents = json.loads(split.stdout)
    assert len(documents) > 1
    assert all(len(json.dumps(each, separators=(",", ":"))) <= 6144 for each in documents)
    assert sorted(actions(json.loads(whole.stdout))) == sorted(a for each in documents for a in actions(each))


def test_the_same_is_printed_as_yaml(run: Run) -> None:
    text = run("policy", FULL, "-o", "yaml").stdout
    assert yaml.safe_load(text) == json.loads(run("policy", FULL).stdout)


def test_several_specs_have_one_policy(run: Run, friendreminders: str) -> None:
    document = json.loads(run("policy", friendreminders, FULL, "--for", "destroy").stdout)
    resources = [arn for each in document["Statement"] for arn in each["Resource"]]
    assert any(arn.endswith(":FriendReminders") for arn in resources)
    assert any(arn.endswith(":shop-api") for arn in resources)
    sids = [each["Sid"] for each in document["Statement"]]
    assert len(set(sids)) == len(sids)


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_the_partition_is_that_of_the_region(
    offline: Run, friendreminders: str, tmp_path: Path, region: str, partition: str
) -> None:

    text = Path(friendreminders).read_text(encoding="utf-8")
    file = tmp_path / "elsewhere.yaml"
    stated = f'region: {region}\naccount: "112233445566"\n'
    file.write_text(text.replace("region: ap-southeast-1\n", stated), encoding="utf-8")
    result = offline("policy", str(file))
    assert result.exit_code == 0, result.output
    assert f'"arn:{partition}:ecr:{region}:112233445566:repository/rails_app"' in result.stdout


def test_a_purpose_that_there_is_not_is_refused(run: Run) -> None:
    result = run("policy", FULL, "--for", "deploy")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "`deploy` is not one of `plan`, `create`, `status`, `operate`, `destroy`" in result.stderr


def test_a_denied_call_names_the_command(run: Run, friendreminders: str, server: Server) -> None:
    server.faults.order([{"service": "ecr", "code": "AccessDeniedException", "message": "no", "status": 400}])
    result = run("plan", friendreminders)
    server.faults.order([])
    assert result.exit_code == 1
    assert "ecr:DescribeRepositories" in result.stderr
    assert "hint: `pipectl policy SPEC` prints the permissions that are needed" in result.stderr
