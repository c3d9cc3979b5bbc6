"""The docker of builds: what it prints about images and about itself, by Go's templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local.shims import docker_templates
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from tests.local.machine import Machine

VALUE = {
    "Id": "sha256:1",
    "RepoTags": ["shop:v1", "shop:v2"],
    "RepoDigests": [],
    "Config": {"Labels": {"a.b": "c"}},
    "Size": 7,
}
TEMPLATES = {
    "{{.Id}}": "sha256:1",
    "{{ .Id }} is {{.Size}}": "sha256:1 is 7",
    "{{index .RepoTags 0}}": "shop:v1",
    "{{(index .RepoTags 1)}}": "shop:v2",
    "{{.RepoTags}}": "[shop:v1 shop:v2]",
    "{{.RepoDigests}}": "[]",
    "{{json .RepoTags}}": '["shop:v1","shop:v2"]',
    "{{.RepoTags | json}}": '["shop:v1","shop:v2"]',
    '{{index .Config.Labels "a.b"}}': "c",
    "{{.Config.Labels}}": "map[a.b:c]",
    "{{(index . `Config`).Labels}}": "map[a.b:c]",
    "{{range .RepoTags}}{{.}};{{end}}": "shop:v1;shop:v2;",
    "{{range $i, $tag := .RepoTags}}{{$i}}={{$tag}} {{$.Size}} {{end}}": "0=shop:v1 7 1=shop:v2 7 ",
    "{{range .RepoDigests}}x{{else}}none{{end}}": "none",
    "{{if .RepoDigests}}yes{{else if .RepoTags}}tags{{else}}no{{end}}": "tags",
    "{{with .Config}}{{.Labels}}{{end}}": "map[a.b:c]",
    '{{join .RepoTags ", "}}': "shop:v1, shop:v2",
    "{{range .RepoTags}}{{println .}}{{end}}": "shop:v1\nshop:v2\n",
    "{{len .RepoTags}}": "2",
    '{{printf "%s-%d" .Id .Size}}': "sha256:1-7",
    "{{$x := .Size}}{{$x}}": "7",
    "a {{- /* nothing */ -}} b{{ upper .Id }}": "abSHA256:1",
}  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_are_read_by_the_rules_of_go(template: str) -> None:
    assert docker_templates.render(template, VALUE) == TEMPLATES[template]


WRONG = {
    "{{.Nope}}": 'at <.Nope>: map has no entry for key "Nope"',
    "{{index .RepoDigests 0}}": "index out of range",
    "{{nope .Id}}": 'function "nope" not defined',
    "{{.Id": "unclosed action",
    "{{range .RepoTags}}": "unexpected EOF",
    "{{end}}": "unexpected {{end}}",
    "{{$x}}": 'undefined variable "$x"',
    "{{len 1}}": "error calling len",
    "{{(len .Id}}": "unclosed left paren",
}


@pytest.mark.parametrize("template", WRONG)
def test_a_wrong_template_is_refused(template: str) -> None:
    with pytest.raises(DockerError) as refusal:
        docker_templates.render(template, VALUE)
    assert WRONG[template] in str(refusal.value)


def test_images_are_listed_by_format_and_filter(machine: Machine) -> None:
    machine.docker("build", "-q", "-t", "shop:v1", "-t", "other/shop:v2", ".")
    assert machine.docker("images", "--format", "{{.Tag}}") == "v1\nv2\n"
    assert machine.docker("images", "shop", "--format", "{{.Repository}}:{{.Tag}}") == "shop:v1\n"
    assert machine.docker("images", "-f", "reference=none", "-q") == ""
    assert machine.docker("images", "-f", "reference=*/shop:v*", "--format", "{{.Tag}}") == "v2\n"
    assert machine.docker("images", "--filter", "dangling=true", "-q") == ""
    assert len(machine.docker("images", "-q").splitlines()) == 1
    assert "sha256:" in machine.docker("images", "-q", "--no-trunc")
    assert json.loads(machine.docker("images", "shop", "--format", "json"))["Tag"] == "v1"
    header, row = machine.docker(
        "images", "shop", "--format", r"table {{.Repository}}\t{{.Tag}}"
    ).splitlines()
    assert (header.split(), row.split()) == (["REPOSITORY", "TAG"], ["shop", "v1"])
    assert "IMAGE ID" in machine.docker("image", "ls")
    assert "invalid filter 'nope'" in machine.docker("images", "-f", "nope=1", status=1)


def test_inspect_shows_what_a_push_made(machine: Machine, ecr: Any) -> None:
    machine.login()
    name = f"{machine.host}/shop:v1"
    machine.docker("build", "-t", name, ".")
    machine.docker("push", name)
    (digest,) = json.loads(machine.docker("inspect", name))[0]["RepoDigests"]
    assert machine.docker("inspect", "-f", "{{index .RepoDigests 0}}", name) == f"{digest}\n"
    assert machine.docker("image", "inspect", "--format={{.RepoTags}}", name) == f"[{name}]\n"
    assert json.loads(machine.docker("inspect", "--format", "{{json .}}", name))["Os"] == "linux"
    refusal = machine.docker("inspect", "-f", "{{.Nope}}", name, status=1)
    assert "template parsing error" in refusal


def test_version_and_info_take_a_format(machine: Machine) -> None:
    version = machine.docker("version", "--format", "{{.Server.Version}}").strip()
    assert version in machine.docker("--version")
    assert machine.docker("info", "-f", "{{.ServerVersion}}").strip() == version
    assert machine.docker("info", "--format", "{{.OSType}}") == "linux\n"
    assert json.loads(machine.docker("version", "-f", "json"))["Client"]["Version"] == version


@pytest.mark.parametrize("command", ["history", "volume", "network"])
def test_what_needs_layers_or_containers_is_refused(machine: Machine, command: str) -> None:
    assert f"docker {command}" in machine.docker(command, "ls", status=1)


def test_a_command_in_the_image_just_built_is_refused_with_the_way_on(machine: Machine) -> None:
    machine.docker("build", "-t", "shop:v1", ".")
    refusal = machine.docker("run", "--rm", "-e", "A=1", "shop:v1", "ruby", "-v", status=1)
    assert "does not run a command in shop:v1" in refusal
    assert "pipectl local start --docker" in refusal
