"""The docker of builds: lists of manifests, as builds for several processors make them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.machine import Machine


@pytest.fixture
def pushed(machine: Machine, ecr: Any) -> list[str]:
    """Two images in the repository"""
    machine.login()
    names = [f"{machine.host}/shop:{kind}" for kind in ("amd64", "arm64")]
    for name in names:
        machine.docker("build", "-q", "--build-arg", f"FOR={name}", "-t", name, ".")
        machine.docker("push", name)
    return names


def _kept(ecr: Any, tag: str) -> Any:
    (image,) = ecr.batch_get_image(repositoryName="shop", imageIds=[{"imageTag": tag}])["images"]
    return image


def test_a_manifest_list_is_created_annotated_and_pushed(
    machine: Machine, ecr: Any, pushed: list[str]
) -> None:
    name = f"{machine.host}/shop:both"
    machine.docker("manifest", "create", name, *pushed)
    assert "--amend" in machine.docker("manifest", "create", name, *pushed, status=1)
    machine.docker("manifest", "annotate", name, pushed[1], "--arch", "arm64", "--os", "linux")
    digest = machine.docker("manifest", "push", "--purge", name).strip()
    image = _kept(ecr, "both")
    entries = json.loads(image["imageManifest"])["manifests"]
    assert [entry["platform"]["architecture"] for entry in entries] == ["amd64", "arm64"]
    assert image["imageId"]["imageDigest"] == digest
    assert json.loads(machine.docker("manifest", "inspect", name))["manifests"] == entries


def test_a_manifest_list_takes_what_is_in_the_registry(machine: Machine, pushed: list[str]) -> None:
    name, none = f"{machine.host}/shop:both", f"{machine.host}/shop:none"
    assert f"no such manifest: {none}" in machine.docker("manifest", "create", name, none, status=1)
    assert "No such manifest" in machine.docker("manifest", "push", name, status=1)
    machine.docker("manifest", "create", name, pushed[0])
    refusal = machine.docker("manifest", "annotate", name, pushed[1], "--arch", "arm64", status=1)
    assert "does not exist in" in refusal


def test_imagetools_make_and_show_an_index(machine: Machine, ecr: Any, pushed: list[str]) -> None:
    name = f"{machine.host}/shop:index"
    machine.docker("buildx", "imagetools", "create", "-t", name, *pushed)
    machine.docker("buildx", "imagetools", "create", "--tag", f"{machine.host}/shop:copy", name)
    image = _kept(ecr, "index")
    assert len(json.loads(image["imageManifest"])["manifests"]) == 2
    digest = image["imageId"]["imageDigest"]
    assert _kept(ecr, "copy")["imageId"]["imageDigest"] == digest
    assert f"Digest:    {digest}" in machine.docker("buildx", "imagetools", "inspect", name)
    shown = machine.docker("buildx", "imagetools", "inspect", name, "--format", "{{.Manifest.Digest}}")
    assert shown == f"{digest}\n"
    described = machine.docker("buildx", "imagetools", "inspect", name, "--format", "{{json .Manifest}}")
    assert json.loads(described)["digest"] == digest
    refusal = machine.docker("buildx", "imagetools", "inspect", f"{machine.host}/shop:none", status=1)
    assert "not found" in refusal
