"""The docker of builds: what a Dockerfile and its context make of a build, in the words of BuildKit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.machine import Machine

STAGES = """FROM ruby AS build
COPY app.rb .
FROM scratch AS broken
COPY none.rb .
FROM ruby
COPY --from=build /app.rb /
"""


def test_an_unknown_flag_is_refused_and_swallows_nothing(machine: Machine) -> None:
    assert "unknown flag: --nope" in machine.docker("build", "--nope", "-t", "x", ".", status=125)
    assert "unknown shorthand flag: 'z' in -z" in machine.docker("build", "-z", ".", status=125)
    assert "flag needs an argument: --tag" in machine.docker("build", ".", "--tag", status=125)
    assert "unknown flag: --nope" in machine.docker("push", "--nope", "x", status=125)
    assert machine.docker("images", "-q") == ""


def test_a_dockerfile_may_be_written_small(machine: Machine) -> None:
    (machine.folder / "Dockerfile").rename(machine.folder / "dockerfile")
    machine.docker("build", "-t", "small", ".")
    (machine.folder / "dockerfile").rename(machine.folder / "DOCKERFILE")
    assert "open Dockerfile: no such file" in machine.docker("build", ".", status=1)


def test_a_target_is_a_stage_and_only_what_it_needs_is_built(machine: Machine) -> None:
    (machine.folder / "Dockerfile").write_text(STAGES)
    machine.docker("build", ".")
    whole = machine.docker("build", "-q", ".")
    assert machine.docker("build", "-q", "--target", "BUILD", ".") != whole
    machine.docker("build", "--target", "0", ".")
    assert '"/none.rb": not found' in machine.docker("build", "--target=broken", ".", status=1)
    refusal = machine.docker("build", "--target", "nosuch", ".", status=1)
    assert 'failed to solve: target stage "nosuch" could not be found' in refusal


MISSING = {
    'COPY ["none", "/"]': '"/none": not found',
    "COPY --chown=1:1 none /": '"/none": not found',
    "COPY target/*.jar /": "/target: no such file or directory",
    "COPY empty/*.jar /": "/empty: no such file or directory",
    "ARG NAME=none\nCOPY $NAME.txt /": '"/none.txt": not found',
    "ENV NAME none\nCOPY ${NAME}/x /": '"/none/x": not found',
    "ADD hidden.txt /": '"/hidden.txt": not found',
    "COPY logs/a.log /": '"/logs/a.log": not found',
    "COPY app.rb": "COPY requires at least two arguments",
    "COPY --nope=1 app.rb /": "unknown flag: --nope",
    "COPY --from=later a b\nFROM ruby AS later": 'cannot copy from stage "later"',
    "COPY https://example.com/a /": "source can't be a URL for COPY",
}


@pytest.mark.parametrize("steps", MISSING)
def test_what_copy_and_add_take_must_be_in_the_context(machine: Machine, steps: str) -> None:
    (machine.folder / "empty").mkdir()
    (machine.folder / "logs").mkdir()
    (machine.folder / "logs" / "a.log").write_text("a")
    (machine.folder / "hidden.txt").write_text("a")
    (machine.folder / ".dockerignore").write_text("# nothing of this\nhidden.*\n**/*.log\n")
    (machine.folder / "Dockerfile").write_text(f"FROM ruby\n{steps}\n")
    assert MISSING[steps] in machine.docker("build", ".", status=1)


PRESENT = [
    'COPY ["app.rb", "/"]',
    "COPY *.rb nothing* /",
    "COPY deep/*/x.jar /",
    "COPY . /app",
    "COPY ./deep/ /app/",
    "COPY deep/er/keep.log /",
    "COPY --from=nginx:1.27 /etc/nginx /x",
    "COPY $OF_THE_BASE_IMAGE /",
    "ADD https://example.com/a.tgz /",
    "ARG NAME\nCOPY $NAME /",
    "COPY --link --chmod=755 app.rb /",
    "COPY <<END /x\nbody\nEND",
]


@pytest.mark.parametrize("steps", PRESENT)
def test_what_is_in_the_context_is_taken(machine: Machine, steps: str) -> None:
    (machine.folder / "deep" / "er").mkdir(parents=True)
    for name in ("x.jar", "keep.log", "other.log"):
        (machine.folder / "deep" / "er" / name).write_text("a")
    (machine.folder / ".dockerignore").write_text("*/**/*.log\n!deep/er/keep.log\n")
    (machine.folder / "Dockerfile").write_text(f"FROM ruby\n{steps}\n")
    machine.docker("build", "--build-arg", "NAME=app.rb", ".")


def test_ignored_files_do_not_change_the_image(machine: Machine) -> None:
    (machine.folder / ".dockerignore").write_text("/work\n")
    first = machine.docker("build", "-q", ".")
    (machine.folder / "work").mkdir()
    (machine.folder / "work" / "log").write_text("a")
    assert machine.docker("build", "-q", ".") == first


@pytest.mark.parametrize(
    "words",
    [
        ["--output", "type=registry"],
        ["-o", "type=image,push=true"],
        ["--output=type=image,push=true"],
        ["--push"],
        ["--load", "--push=true"],
    ],
)
def test_a_build_with_output_to_a_registry_pushes(machine: Machine, ecr: Any, words: list[str]) -> None:
    machine.login()
    machine.docker("buildx", "build", *words, "-t", f"{machine.host}/shop:v1", ".")
    assert len(ecr.describe_images(repositoryName="shop")["imageDetails"]) == 1


@pytest.mark.parametrize("words", [["--load"], ["--push=false"], ["-o", "type=docker"], ["-o", "type=image"]])
def test_a_build_without_output_to_a_registry_does_not_push(
    machine: Machine, ecr: Any, words: list[str]
) -> None:
    machine.docker("buildx", "build", *words, "-t", f"{machine.host}/shop:v1", ".")
    assert ecr.describe_images(repositoryName="shop")["imageDetails"] == []


def test_output_to_files_is_refused(machine: Machine) -> None:
    for output in ("type=local,dest=out", "out", "type=docker,dest=x.tar"):
        assert "--docker" in machine.docker("build", "-o", output, ".", status=1)
    assert 'exporter "nope"' in machine.docker("build", "-o", "type=nope", ".", status=1)
    assert "tag is needed" in machine.docker("build", "--push", ".", status=1)


def test_a_build_writes_the_files_with_the_ids(machine: Machine) -> None:
    words = ("--iidfile", "id", "--metadata-file", "meta.json", "-t", "shop:v1")
    identity = machine.docker("build", "-q", *words, ".").strip()
    assert (machine.folder / "id").read_text() == identity
    described = json.loads((machine.folder / "meta.json").read_text())
    assert described["containerimage.config.digest"] == identity
    assert described["containerimage.digest"].startswith("sha256:")
    assert described["image.name"] == "shop:v1"


def test_a_dockerfile_may_come_from_standard_input(machine: Machine) -> None:
    machine.docker("build", "-t", "a", "-f", "-", ".", said="FROM ruby\nCOPY app.rb .\n")
    machine.docker("build", "-t", "b", "-", said="FROM ruby\nRUN true\n")
    refusal = machine.docker("build", "-", said="FROM ruby\nCOPY app.rb .\n", status=1)
    assert '"/app.rb": not found' in refusal


def test_the_escape_directive_changes_what_joins_lines(machine: Machine) -> None:
    (machine.folder / "Dockerfile").write_text(
        "# syntax=docker/dockerfile:1\n# escape=`\nFROM ruby\nRUN a `\n  b\nWORKDIR C:\\\nCOPY app.rb .\n"
    )
    machine.docker("build", ".")
