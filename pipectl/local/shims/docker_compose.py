"""`docker compose build`, `push` and `pull`: services with `build` and `image` (Compose specification).

The other commands need containers and are refused.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pipectl.local.shims import docker_build, docker_images, docker_options, docker_registry
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_OVERRIDES = tuple(name.replace(".y", ".override.y") for name in _FILES)
_FLAGS = ("all-resources", "compatibility", "dry-run", "verbose")
_VALUED = (
    "ansi", "env-file", "file", "parallel", "profile", "progress", "project-directory", "project-name",
)  # fmt: skip
_BUILD = {
    "flags": ("no-cache", "pull", "push", "quiet", "with-dependencies", "check", "force-rm", "compress"),
    "valued": ("build-arg", "builder", "memory", "progress", "provenance", "sbom", "ssh"),
    "short": {"-q": "quiet", "-m": "memory"},
}
_PUSH = {"flags": ("ignore-push-failures", "include-deps", "quiet"), "short": {"-q": "quiet"}}
_PULL = {
    "flags": ("ignore-buildable", "ignore-pull-failures", "include-deps", "quiet", "no-parallel"),
    "valued": ("policy",),
    "short": {"-q": "quiet"},
}
_PLAIN = {"target": "--target", "network": "--network", "shm_size": "--shm-size"}
_LISTED = {"cache_from": "--cache-from", "cache_to": "--cache-to", "tags": "--tag", "platforms": "--platform"}
_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<name>[A-Za-z_]\w*)"
    r"|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<how>:?[-?+])(?P<word>[^}]*))?\})"
)
Service = dict[str, Any]


def compose(words: list[str]) -> None:
    """Carry out one command of `docker compose`"""
    options = docker_options.parse(
        words,
        flags=_FLAGS,
        valued=_VALUED,
        short={"-f": "file", "-p": "project-name"},
        command="compose",
        until_word=True,
    )
    name, *rest = options.words or ["help"]
    if name in ("version", "help"):
        sys.stdout.write("Docker Compose version local\n")
        return
    commands = {"build": _build, "push": _push, "pull": _pull}
    if name not in commands:
        _refuse(name)
    docker_images.require_daemon()
    commands[name](_Project(options), rest)


def _refuse(name: str) -> NoReturn:
    raise DockerError(
        f"the docker of the local AWS has no containers: it does not know `docker compose {name}`; start the"
        " local AWS with --docker to use the docker of this machine"
    )


class _Project:
    """The services of the Compose files."""

    def __init__(self, options: docker_options.Options) -> None:
        files = _files(options)
        self.folder = Path(options.last("project-directory") or files[0].parent)
        self._variables = _dotenv(options, self.folder) | dict(os.environ)
        merged: dict[str, Service] = {}
        title = ""
        for file in files:
            document = self._filled(_load(file))
            if document.get("include"):
                raise DockerError("the docker of the local AWS reads no Compose files with `include`")
            title = str(document.get("name") or title)
            for name, service in (document.get("services") or {}).items():
                merged[name] = _merged(merged.get(name, {}), service or {})
        stated = options.last("project-name") or os.environ.get("COMPOSE_PROJECT_NAME") or title
        self.name = re.sub(r"[^a-z0-9_-]", "", (stated or self.folder.resolve().name).lower())
        profiles = {*options.all("profile"), *os.environ.get("COMPOSE_PROFILES", "").split(",")}
        self._services, self._profiles = merged, profiles

    def chosen(self, names: list[str]) -> Iterator[tuple[str, Service]]:
        """The services by name, all active ones without a name"""
        for name in names:
            if name not in self._services:
                raise DockerError(f"no such service: {name}")
        for name, service in self._services.items():
            needed = service.get("profiles")
            is_active = not needed or bool(self._profiles & {str(part) for part in needed})
            if name in names or (not names and is_active):
                if service.get("extends"):
                    raise DockerError(f"the docker of the local AWS does not know `extends` (service {name})")
                yield name, service

    def image(self, name: str, service: Service) -> str:
        """What the image of a service is called: PROJECT-SERVICE without `image`"""
        return str(service.get("image") or f"{self.name}-{name}")

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part) for part in value]
        return _VARIABLE.sub(self._variable, value) if isinstance(value, str) else value

    def _variable(self, found: re.Match[str]) -> str:
        """What stands for a variable (Compose specification, "Interpolation")"""
        if found["dollar"]:
            return "$"
        name, how, word = found["name"] or found["braced"], found["how"] or "", found["word"] or ""
        value = self._variables.get(name)
        is_there = value is not None and (value != "" or not how.startswith(":"))
        if how.endswith("?") and not is_there:
            raise DockerError(f"required variable {name} is missing a value: {word}")
        if how.endswith("+"):
            return word if is_there else ""
        if how.endswith("-") and not is_there:
            return word
        return value or ""


def _files(options: docker_options.Options) -> list[Path]:
    stated = options.all("file") or [
        part for part in os.environ.get("COMPOSE_FILE", "").split(os.pathsep) if part
    ]
    if stated:
        return [Path(name) for name in stated]
    folder = Path(options.last("project-directory") or ".")
    first = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    if first is None:
        raise DockerError("no configuration file provided: not found")
    return [first, *(folder / name for name in _OVERRIDES if (folder / name).is_file())]


def _load(file: Path) -> dict[str, Any]:
    import site

    site.main()  # the shim starts without the installed packages
    import yaml

    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError:
        raise DockerError(f"open {file.resolve()}: no such file or directory") from None
    except yaml.YAMLError as error:
        raise DockerError(f"yaml: {error}") from None
    if not isinstance(document, dict):
        raise DockerError("top-level object must be a mapping")
    return document


def _dotenv(options: docker_options.Options, folder: Path) -> dict[str, str]:
    """`.env` beside the Compose file, or the files of --env-file"""
    stated = options.all("env-file")
    files = [Path(name) for name in stated] or [folder / ".env"]
    found: dict[str, str] = {}
    for file in files:
        if not file.is_file():
            if stated:
                raise DockerError(f"couldn't find env file: {file.resolve()}")
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.strip().removeprefix("export ").partition("=")
            if equals and not name.startswith("#"):
                found[name.strip()] = value.strip().strip("\"'")
    return found


def _merged(before: Service, after: Service) -> Service:
    """A later file wins, mappings are joined (Compose specification, "Merge")"""
    joined = {
        key: before[key] | value
        for key, value in after.items()
        if isinstance(value, dict) and isinstance(before.get(key), dict)
    }
    return before | after | joined


def _build(project: _Project, words: list[str]) -> None:
    options = docker_options.parse(words, command="compose build", **_BUILD)  # type: ignore[arg-type]
    for name, service in project.chosen(options.words):
        build = service.get("build")
        if build is None:
            continue
        block: Service = {"context": build} if isinstance(build, str) else build
        docker_build.build(_build_words(project, name, service, block, options))


def _build_words(
    project: _Project, name: str, service: Service, block: Service, options: docker_options.Options
) -> list[str]:
    """The command line of `docker build` for one service (Compose Build specification)"""
    context = str(block.get("context", "."))
    place = context if docker_build.is_remote(context) else str(project.folder / context)
    words = ["--tag", project.image(name, service)]
    if block.get("dockerfile_inline"):
        inline = docker_images.folder() / f"{name}.Dockerfile"
        inline.write_text(str(block["dockerfile_inline"]), encoding="utf-8")
        words += ["--file", str(inline)]
    elif block.get("dockerfile"):
        words += ["--file", str(Path(place) / str(block["dockerfile"]))]
    for key, option in _PLAIN.items():
        words += [option, str(block[key])] if block.get(key) else []
    for key, option in _LISTED.items():
        words += [part for value in block.get(key) or [] for part in (option, str(value))]
    for key, option in (("args", "--build-arg"), ("labels", "--label")):
        words += [part for value in _pairs(block.get(key)) for part in (option, value)]
    words += [part for value in options.all("build-arg") for part in ("--build-arg", value)]
    words += [f"--{flag}" for flag in ("push", "quiet") if options.has(flag)]
    return [*words, place]


def _pairs(value: Any) -> list[str]:
    """A list of NAME=VALUE, or a mapping; a name alone takes its value from the environment"""
    listed = (
        value.items() if isinstance(value, dict) else [str(part).partition("=")[::2] for part in value or []]
    )
    return [
        f"{name}={os.environ.get(str(name), '') if part in (None, '') else part}" for name, part in listed
    ]


def _push(project: _Project, words: list[str]) -> None:
    """Services with `build` and `image`; the others have nothing to push"""
    options = docker_options.parse(words, command="compose push", **_PUSH)  # type: ignore[arg-type]
    for _, service in project.chosen(options.words):
        if service.get("build") is None or not service.get("image"):
            continue
        tags = service["build"].get("tags") if isinstance(service["build"], dict) else None
        for reference in (service["image"], *(tags or [])):
            try:
                docker_registry.push([str(reference)])
            except DockerError as error:
                if not options.has("ignore-push-failures"):
                    raise
                sys.stderr.write(f"{error}\n")


def _pull(project: _Project, words: list[str]) -> None:
    """Services that have an image of their own to pull"""
    options = docker_options.parse(words, command="compose pull", **_PULL)  # type: ignore[arg-type]
    for _, service in project.chosen(options.words):
        if service.get("image") and service.get("build") is None:
            docker_registry.pull([str(service["image"])])
