"""What a build needs of its project's role beyond logs and artifacts: values, keys and images"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.permissions.rehearsal import Rehearsal
from tests.permissions.test_denials import ACCOUNT, BUILD, REGION, phases, role_of, shop
from tests.permissions.test_tasks import MANIFEST, MEDIA

Shape = dict[str, Any]
KEY = "alias/shop"
PRIVATE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/tools:1"
VALUES = """version: 0.2
env: {{{kind}: {{VALUE: shop}}}}
phases: {{build: {{commands: ['test "$VALUE" = v']}}}}
artifacts: {{files: ['**/*']}}
"""
READ = {"name": "Read", "actions": [{"provider": "Commands", "commands": ["ls"], "inputs": ["BuildOutput"]}]}


def stored(rehearsal: Rehearsal) -> None:
    rehearsal.aws("ssm").put_parameter(Name="shop", Value="v", Type="String")
    rehearsal.aws("secretsmanager").create_secret(Name="shop", SecretString="v")


def key(rehearsal: Rehearsal) -> None:
    kms = rehearsal.aws("kms")
    identity = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=KEY, TargetKeyId=identity)


def image(rehearsal: Rehearsal) -> None:
    ecr = rehearsal.aws("ecr")
    ecr.create_repository(repositoryName="tools")
    ecr.put_image(repositoryName="tools", imageManifest=MANIFEST, imageTag="1", imageManifestMediaType=MEDIA)


@dataclass(frozen=True)
class Case:
    """A build, what must be there for it, and the permissions with the phase that fails without each"""

    prepare: Callable[[Rehearsal], None]
    spec: Mapping[str, Any]
    needs: Mapping[str, str]


CASES = {
    "parameter of the buildspec": Case(
        stored, {"buildspec": VALUES.format(kind="parameter-store")}, {"ssm:GetParameters": "DOWNLOAD_SOURCE"}
    ),
    "secret of the buildspec": Case(
        stored,
        {"buildspec": VALUES.format(kind="secrets-manager")},
        {"secretsmanager:GetSecretValue": "DOWNLOAD_SOURCE"},
    ),
    "key of the pipeline": Case(
        key,
        {"pipeline": {"encryption_key": KEY}},
        {"kms:Decrypt": "DOWNLOAD_SOURCE", "kms:GenerateDataKey": "UPLOAD_ARTIFACTS"},
    ),
    "key of the project": Case(
        key,
        {"project": {"encryption_key": KEY}},
        {"kms:GenerateDataKey": "UPLOAD_ARTIFACTS"},
    ),
    "image of a private registry": Case(
        image,
        {"project": {"image": PRIVATE}},
        dict.fromkeys(
            ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"), "PROVISIONING"
        ),
    ),
}


def made(rehearsal: Rehearsal, name: str) -> None:
    """Make what a case needs and its spec"""
    case = CASES[name]
    case.prepare(rehearsal)
    rehearsal.create(shop(BUILD, READ, **case.spec))
    rehearsal.push("shop", {"a": "1"})


@pytest.mark.parametrize("name", CASES)
def test_a_build_runs_to_its_end_with_the_role_that_is_made(rehearsal: Rehearsal, name: str) -> None:
    made(rehearsal, name)
    ended = rehearsal.finished("shop")
    assert {row.status for row in ended.values()} == {"Succeeded"}, ended
    assert len(ended) == 3


LACKING = [(name, permission) for name, case in CASES.items() for permission in case.needs]


@pytest.mark.parametrize(("name", "permission"), LACKING)
def test_a_build_whose_role_lacks_one_permission_fails_in_its_phase(
    rehearsal: Rehearsal, name: str, permission: str
) -> None:
    made(rehearsal, name)
    rehearsal.take_away(role_of(rehearsal, "codebuild"), permission)
    failed = rehearsal.run("shop")["Build/Build"]
    phase = CASES[name].needs[permission]
    code, message = phases(rehearsal, failed.external_id)[phase]
    reason = f"Build terminated with state: FAILED. Phase: {phase}, Code: {code}, Message: {message}"
    assert (failed.status, failed.message) == ("Failed", reason)
    assert f"is not authorized to perform: {permission} on resource: " in message
