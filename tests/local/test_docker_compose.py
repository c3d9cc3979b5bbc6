"""The docker of builds: `docker compose build` and `push`, and images for several platforms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.builder import Builder
    from tests.local.machine import Machine

FILE = """
name: Shop
services:
  web:
    image: {host}/shop:${{TAG:-web}}
    build:
      context: .
      args: {{RUBY: "${{RUBY-3.4}}"}}
      target: last
  worker:
    image: {host}/shop:worker
    build: ./worker
  tool:
    build: .
    profiles: [tools]
  database:
    image: postgres:17
"""


@pytest.fixture
def shop(machine: Machine, ecr: Any) -> Machine:
    (machine.folder / "Dockerfile").write_text("ARG RUBY\nFROM ruby:$RUBY AS last\nCOPY app.rb .\n")
    (machine.folder / "worker").mkdir()
    (machine.folder / "worker" / "Dockerfile").write_text("FROM scratch\n")
    (machine.folder / "compose.yaml").write_text(FILE.format(host=machine.host))
    machine.login()
    return machine


def tags(ecr: Any) -> set[str]:
    return {image["imageTag"] for image in ecr.list_images(repositoryName="shop")["imageIds"]}


def test_services_are_built_and_pushed(shop: Machine, ecr: Any) -> None:
    shop.docker("compose", "build")
    names = shop.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    assert sorted(names) == [f"{shop.host}/shop:web", f"{shop.host}/shop:worker"]
    shop.docker("compose", "push")
    assert tags(ecr) == {"web", "worker"}


def test_a_service_is_named_and_variables_are_filled_in(shop: Machine, ecr: Any) -> None:
    (shop.folder / ".env").write_text("TAG=v2\n")
    first = shop.docker("compose", "build", "-q", "web")
    assert shop.docker("compose", "build", "-q", "--build-arg", "RUBY=3.3", "web") != first
    shop.docker("compose", "push", "web")
    assert tags(ecr) == {"v2"}
    assert "no such service: nothing" in shop.docker("compose", "build", "nothing", status=1)


def test_profiles_overrides_and_files_are_taken(shop: Machine) -> None:
    shop.docker("compose", "--profile", "tools", "build", "tool")
    assert "shop-tool" in shop.docker("images", "--format", "{{.Repository}}")
    (shop.folder / "compose.override.yaml").write_text("services: {worker: {build: {target: none}}}\n")
    assert "target stage" in shop.docker("compose", "build", "worker", status=1)
    (shop.folder / "ci.yml").write_text("services: {one: {build: ./worker, image: 'only:1'}}\n")
    shop.docker("compose", "-f", "ci.yml", "build", "--quiet")
    assert "only:1" in shop.docker("images", "--format", "{{.Repository}}:{{.Tag}}")


def test_what_compose_cannot_do_is_refused(shop: Machine) -> None:
    assert "`docker compose up`" in shop.docker("compose", "up", "-d", status=1)
    (shop.folder / "compose.yaml").write_text("services: {web: {image: '${NAME:?name it}', build: .}}\n")
    assert "required variable NAME is missing a value: name it" in shop.docker("compose", "build", status=1)
    (shop.folder / "compose.yaml").unlink()
    assert "no configuration file provided" in shop.docker("compose", "build", status=1)


def test_an_image_for_several_platforms_is_pushed_with_their_list(shop: Machine, ecr: Any) -> None:
    name = f"{shop.host}/shop:all"
    shop.docker(
        "buildx", "build", "--platform", "linux/amd64,linux/arm64/v8", "-t", name, "--push", "./worker"
    )
    (image,) = ecr.batch_get_image(repositoryName="shop", imageIds=[{"imageTag": "all"}])["images"]
    entries = json.loads(image["imageManifest"])["manifests"]
    assert [entry["platform"] for entry in entries] == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux", "variant": "v8"},
    ]
    kept = {entry["imageDigest"] for entry in ecr.list_images(repositoryName="shop")["imageIds"]}
    assert {entry["digest"] for entry in entries} < kept


def test_both_programs_of_compose_run_in_a_build(builder: Builder) -> None:
    build = builder.run(
        r"""
        version: 0.2
        phases:
          build:
            commands:
              - printf 'FROM scratch\n' > Dockerfile
              - "printf '{services: {web: {image: web:1, build: .}}}' > docker-compose.yml"
              - docker-compose build && docker compose build --quiet
              - docker images --format '{{.Repository}}'
        """,
        environment={"privilegedMode": True},
    )
    assert build["buildStatus"] == "SUCCEEDED"
    assert builder.log(build).endswith("web\n")
