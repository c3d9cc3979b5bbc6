"""CodeBuild: the docker and the aws that builds find on a machine without them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.machine import Machine


def test_a_pushed_image_is_in_the_local_ecr(machine: Machine, ecr: Any) -> None:
    machine.login()
    latest, tagged = f"{machine.host}/shop:latest", f"{machine.host}/shop:v1"
    built = machine.docker("build", "-t", latest, ".")
    assert f"Successfully tagged {latest}" in built
    assert "not run" in built
    machine.docker("tag", latest, tagged)
    assert "digest: sha256:" in machine.docker("push", latest)
    machine.docker("push", tagged)
    machine.docker("push", tagged)
    (image,) = ecr.describe_images(repositoryName="shop")["imageDetails"]
    assert sorted(image["imageTags"]) == ["latest", "v1"]
    told = machine.docker("inspect", "--format", "{{index .RepoDigests 0}}", latest)
    assert told.strip() == f"{machine.host}/shop@{image['imageDigest']}"


def test_the_digest_depends_on_the_context_and_the_arguments(machine: Machine) -> None:
    def built(*words: str) -> str:
        return machine.docker("build", "-q", *words, ".")

    first = built()
    assert built() == first
    assert built("--build-arg", "A=1") != first
    (machine.folder / "app.rb").write_text("puts 2")
    assert built() != first


def test_an_image_can_be_pulled_again(machine: Machine, ecr: Any) -> None:
    machine.login()
    name = f"{machine.host}/shop:v1"
    machine.docker("build", "-t", name, "-f", "Dockerfile", ".")
    machine.docker("push", name)
    machine.docker("rmi", name)
    assert machine.docker("images", "-q") == ""
    assert f"Downloaded newer image for {name}" in machine.docker("pull", name)
    assert "manifest unknown" in machine.docker("pull", f"{machine.host}/shop:v2", status=1)
    machine.docker("pull", "public.ecr.aws/docker/library/ruby:3.4")
    assert len(machine.docker("images", "-q").split()) == 2


def test_a_push_needs_a_login_a_repository_and_an_image(machine: Machine, ecr: Any) -> None:
    name = f"{machine.host}/shop:v1"
    assert "does not exist locally" in machine.docker("push", name, status=1)
    machine.docker("build", "-t", name, "-t", f"{machine.host}/nowhere:v1", ".")
    assert "no basic auth credentials" in machine.docker("push", name, status=1)
    machine.login()
    assert "name unknown" in machine.docker("push", f"{machine.host}/nowhere:v1", status=1)
    assert "its own ECR only" in machine.docker("push", "docker.io/me/shop:v1", status=1)


def test_an_immutable_tag_is_kept(machine: Machine, client: Callable[..., Any]) -> None:
    client("ecr").create_repository(repositoryName="fixed", imageTagMutability="IMMUTABLE")
    machine.login()
    name = f"{machine.host}/fixed:v1"
    machine.docker("build", "-t", name, ".")
    machine.docker("push", name)
    (machine.folder / "app.rb").write_text("puts 2")
    machine.docker("build", "-t", name, ".")
    assert "tag invalid" in machine.docker("push", name, status=1)


WRONG_DOCKERFILES = {
    "FORM ruby\n": "dockerfile parse error on line 1: unknown instruction: FORM",
    "# only a comment\n": "the Dockerfile cannot be empty",
    "RUN echo\n": "the first instruction must be FROM",
    "FROM ruby\nCOPY missing.rb .\n": '"/missing.rb": not found',
    "FROM ruby\nRUN a \\\n  && b\nWORK /app\n": "on line 4: unknown instruction: WORK",
}


@pytest.mark.parametrize("text", WRONG_DOCKERFILES)
def test_a_wrong_dockerfile_is_refused(machine: Machine, text: str) -> None:
    (machine.folder / "Dockerfile").write_text(text)
    assert WRONG_DOCKERFILES[text] in machine.docker("build", ".", status=1)


def test_a_dockerfile_with_all_that_is_allowed(machine: Machine) -> None:
    (machine.folder / "Dockerfile").write_text(
        "# syntax=docker/dockerfile:1\nARG BASE=ruby:3.4\nFROM $BASE AS base\nRUN <<END\necho one\nEND\n"
        'FROM ruby\nCOPY --from=base /a /b\nCOPY *.rb [app.rb] .\nCMD ["ruby"]\n'
    )
    machine.docker("build", "--build-arg", "BASE=ruby:3.3", "-t", "shop", ".")


def test_a_missing_dockerfile_is_told(machine: Machine) -> None:
    (machine.folder / "Dockerfile").unlink()
    assert "open Dockerfile: no such file or directory" in machine.docker("build", ".", status=1)


def test_without_privileged_mode_there_is_no_daemon(machine: Machine) -> None:
    machine.environment["PIPECTL_LOCAL_PRIVILEGED"] = ""
    assert "Cannot connect to the Docker daemon" in machine.docker("build", ".", status=1)
    assert "Docker version" in machine.docker("--version")


@pytest.mark.parametrize("command", ["run", "save", "load"])
def test_what_it_cannot_do_it_refuses(machine: Machine, command: str) -> None:
    assert "--docker" in machine.docker(command, "x", status=1)


def test_aws_answers_what_buildspecs_ask(machine: Machine, ecr: Any, client: Callable[..., Any]) -> None:
    client("ssm").put_parameter(Name="/a", Value="one", Type="String")
    assert machine.aws("--version").startswith("aws-cli/")
    told = json.loads(machine.aws("sts", "get-caller-identity"))
    assert told["Account"] == machine.account
    query = ("--query", "Parameter.Value", "--output", "text")
    assert machine.aws("ssm", "get-parameter", "--name", "/a", "--with-decryption", *query) == "one\n"
    assert machine.aws("ecr", "get-login-password", "--region", "eu-west-1").strip()
    login = machine.aws("ecr", "get-login", "--no-include-email", "--region", "eu-west-1")
    assert login.startswith("docker login -u AWS -p ")


def test_aws_says_what_it_does_not_know(machine: Machine) -> None:
    assert "does not know" in machine.aws("nothing", "get-it", status=252)
    assert "does not know" in machine.aws("sts", "get-it", status=252)
    assert "Unknown options: --wrong" in machine.aws("sts", "get-caller-identity", "--wrong", "x", status=252)
    assert "ParameterNotFound" in machine.aws("ssm", "get-parameter", "--name", "/none", status=254)


def test_aws_copies_to_and_from_s3(machine: Machine) -> None:
    bucket = f"s3://copies-{machine.account}"
    machine.aws(
        "s3api", "create-bucket", "--bucket", bucket[5:],
        "--create-bucket-configuration", "LocationConstraint=eu-west-1",
    )  # fmt: skip
    machine.aws("s3", "cp", "app.rb", f"{bucket}/deep/")
    machine.aws("s3", "cp", f"{bucket}/deep/app.rb", "copy.rb")
    assert (machine.folder / "copy.rb").read_text() == "puts 1"
    assert "deep/app.rb" in machine.aws("s3", "ls", "--recursive", bucket)
    machine.aws("s3", "cp", "--recursive", f"{bucket}/deep", "all")
    assert (machine.folder / "all" / "app.rb").exists()
