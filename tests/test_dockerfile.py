"""The image of the command: small, without root, and made only of what the wheel needs."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipectl.local
from pipectl.local.server import Server
from pipectl.local.shims import docker_context, docker_dockerfile
from pipectl.local.shims.docker_dockerfile import Stage, Step
from tests.local.machine import Machine

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "Dockerfile"
STEPS = docker_dockerfile.read(DOCKERFILE.read_text(encoding="utf-8"))
STAGES = docker_dockerfile.stages(STEPS, {})
LAST = STAGES[-1]
FILES = ("pyproject.toml", "README.md", "LICENSE", "Dockerfile", ".dockerignore")


def of(stage: Stage, instruction: str) -> list[Step]:
    return [step for step in stage.steps if step.instruction == instruction]


def commands() -> list[str]:
    return [part.strip() for step in STEPS if step.instruction == "RUN" for part in step.rest.split("&&")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a clone has, beside things that must not come into an image"""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in ("pipectl", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / ".env").write_text("AWS_SECRET_ACCESS_KEY=secret\n")
    (tmp_path / "pipectl" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "pipectl" / "__pycache__" / "old.pyc").touch()
    return tmp_path


@pytest.fixture
def server() -> Iterator[Server]:
    with pipectl.local.running() as server:
        yield server


def test_the_base_is_one_exact_version_and_slim() -> None:
    bases = {stage.base for stage in STAGES}
    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", bases.pop())


def test_the_python_of_the_image_is_one_that_pipectl_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = LAST.base.partition(":")[2].rpartition(".")[0]
    assert any(each.endswith(f"Python :: {version}") for each in project["classifiers"])


def test_it_runs_as_a_user_by_number_who_may_write_nothing_that_runs() -> None:
    """A number is what Kubernetes' `runAsNonRoot` can check"""
    (user,) = of(LAST, "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user.rest)
    assert LAST.steps.index(user) > max(LAST.steps.index(step) for step in of(LAST, "RUN") + of(LAST, "COPY"))
    assert [step for step in STEPS if "chown" in step.flags or "chmod" in step.flags] == []


def test_the_command_is_pipectl_and_says_what_it_can() -> None:
    assert [step.words() for step in of(LAST, "ENTRYPOINT")] == [["pipectl"]]
    assert [step.words() for step in of(LAST, "CMD")] == [["--help"]]


def test_what_built_it_stays_behind() -> None:
    (copied,) = of(LAST, "COPY")
    assert copied.flags == {"from": STAGES[0].name}
    assert "pip" not in " ".join(step.rest.replace("pipectl", "") for step in of(LAST, "RUN"))


def test_nothing_is_fetched_past_the_package_index_or_kept_in_a_cache() -> None:
    assert [step for step in STEPS if step.instruction == "ADD"] == []
    installs = [command for command in commands() if re.search(r"\bpip\w* (install|wheel)\b", command)]
    assert installs
    assert [command for command in installs if "--no-cache-dir" not in command] == []
    assert not re.search(r"apt-get|curl|wget|\[(dev|local)\]", DOCKERFILE.read_text(encoding="utf-8"))


def test_no_secret_is_baked_in() -> None:
    assert [step for step in STEPS if step.instruction == "ARG"] == []
    set_here = [word for stage in STAGES for step in of(stage, "ENV") for word in step.words() if "=" in word]
    assert {word.partition("=")[0] for word in set_here} == {"PATH", "PYTHONDONTWRITEBYTECODE"}


def test_the_context_has_all_that_the_wheel_needs_and_nothing_else(clone: Path) -> None:
    context = docker_context.read(clone, clone / "Dockerfile")
    docker_context.check(STAGES, context, {})
    assert not [file for file in context.files if not file.startswith("pipectl/") and file not in FILES[:3]]
    assert not [file for file in context.files if file.endswith(".pyc")]
    project = tomllib.loads((clone / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [project["project"]["readme"], *project["project"]["license-files"], "pyproject.toml"]
    wanted += [
        f"{each}/__init__.py" for each in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    ]
    assert [name for name in wanted if name not in context.files] == []
    copied = {word.removeprefix("./") for step in of(STAGES[0], "COPY") for word in step.words()[:-1]}
    assert {name.partition("/")[0] for name in wanted} <= copied


def test_the_docker_of_the_local_aws_builds_it(server: Server, clone: Path) -> None:
    """It reads every step and the context as docker does; commands are not run"""
    machine = Machine(server, "123456789012", clone)
    machine.docker("build", "-t", "pipectl:test", ".")
    assert machine.docker("images", "-q", "pipectl:test") != ""
    (clone / "LICENSE").unlink()
    assert '"/LICENSE": not found' in machine.docker("build", ".", status=1)
