"""What the extra `local` installs is enough for every service that pipectl or its pipelines use."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SERVICES = (
    "applicationautoscaling", "cloudformation", "cloudtrail", "cloudwatch", "codedeploy", "ec2", "ecr",
    "elbv2", "events", "iam", "kms", "lambda", "logs", "resourcegroupstaggingapi", "s3", "secretsmanager",
    "servicediscovery", "sns", "sqs", "ssm", "stepfunctions", "sts",
)  # fmt: skip
"""moto's services that the local AWS, an action or a build may ask."""

IMPORT = """
import sys
from pipectl.local import motos
motos.ready()
for service in sys.argv[1:]:
    motos.backends(service)
    print(service)
"""
VALIDATE = """
import boto3, pipectl.local
with pipectl.local.running() as server:
    session = boto3.Session("123456789012", "local", region_name="eu-west-1")
    client = session.client("cloudformation", endpoint_url=server.url)
    try:
        client.validate_template(TemplateBody='{"Resources": {}}')
    except Exception as error:
        print(error)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what pip installs for pipectl-aws[local], and nothing else"""
    folder = tmp_path_factory.mktemp("packages")
    for name in _installed_with_local():
        for file in metadata.files(name) or ():
            top = file.parts[0]
            link, target = folder / top, Path(str(metadata.distribution(name).locate_file(top)))
            if top != ".." and not link.exists():
                link.symlink_to(target)
    return folder


def _installed_with_local() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [*project["dependencies"], *project["optional-dependencies"]["local"]]
    names: set[str] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        is_wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if is_wanted and name not in names:
            names.add(name)
            waiting += metadata.requires(name) or []
    return names


def _run(packages: Path, code: str, *words: str) -> str:
    """Run Python without its site-packages, with these packages and pipectl itself"""
    return subprocess.check_output(
        [sys.executable, "-S", "-c", code, *words],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_MAX_ATTEMPTS": "1",
            "PYTHONPATH": os.pathsep.join([str(packages), str(ROOT)]),
        },
        text=True,
    )


def test_every_service_in_use_is_imported_with_the_extra_alone(packages: Path) -> None:
    assert _run(packages, IMPORT, *SERVICES).split() == list(SERVICES)


def test_an_operation_that_needs_another_package_is_refused_by_its_name(packages: Path) -> None:
    assert "the Python module `cfnlint` is not installed" in _run(packages, VALIDATE)
