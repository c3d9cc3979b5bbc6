"""`docker` for builds on a machine without it: images are remembered, a push puts them into the local ECR.

It builds nothing: a Dockerfile must exist and parse, RUN steps are not carried out. The digest of an image
depends on its Dockerfile, its build arguments and every file of its context. What it cannot do, it refuses.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from pipectl.local.shims import (
    docker_build,
    docker_compose,
    docker_images,
    docker_lists,
    docker_manifests,
    docker_registry,
)
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from collections.abc import Callable


def main(words: list[str]) -> int:
    """Answer one command line"""
    words = _without_global_options(words)
    name, rest = _named(words)
    try:
        _command(name)(rest)
    except DockerError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    return 0


def _command(name: str) -> Callable[[list[str]], None]:
    if name not in _COMMANDS:
        raise DockerError(f"the docker of the local AWS does not know `docker {name}`")
    if name in _NEED_DAEMON:
        docker_images.require_daemon()
    return _COMMANDS[name]


def _named(words: list[str]) -> tuple[str, list[str]]:
    """`docker image build` is `docker build`, `docker buildx build` nearly so"""
    if not words or words[0] in ("-v", "--version", "help", "--help"):
        return ("--version" if words and words[0] in ("-v", "--version") else "help"), []
    if words[0] in ("image", "buildx", "builder") and len(words) > 1:
        name = {"ls": "images" if words[0] == "image" else "buildx ls", "rm": "rmi"}.get(words[1], words[1])
        quiet = words[0] != "image" and name != "build"
        return (f"buildx {name.removeprefix('buildx ')}" if quiet else name), words[2:]
    return words[0], words[1:]


def _without_global_options(words: list[str]) -> list[str]:
    """Options before the command: --config, --context, -H, -l take a value; others are flags"""
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] not in ("-v", "--version", "--help"):
        option = rest.pop(0)
        if option in ("--config", "--context", "-c", "-H", "--host", "-l", "--log-level") and rest:
            rest.pop(0)
    return rest


def _version(words: list[str]) -> None:
    sys.stdout.write(f"Docker version {docker_lists.VERSION}, build local\n")


def _nothing(words: list[str]) -> None:
    """What changes nothing here: there are no containers and no builders"""


def _refuse(words: list[str]) -> NoReturn:
    raise DockerError(
        "the docker of the local AWS has no containers and no image files: it does not run, save or load;"
        " start the local AWS with --docker to use the docker of this machine"
    )


def _run(words: list[str]) -> NoReturn:
    """The image of a build is not made, so nothing in it can run"""
    image = next((word for word in words if docker_images.is_kept(word)), None)
    if image is None:
        _refuse(words)
    raise DockerError(
        f"the docker of the local AWS does not run a command in {image}: RUN steps were not carried out, the"
        " image has no files; start the local AWS with `pipectl local start --docker` to build and run with"
        " the docker of this machine"
    )


def _about_layers(words: list[str]) -> NoReturn:
    raise DockerError(
        "the docker of the local AWS keeps no layers, volumes and networks: it does not know"
        " `docker history`, `docker volume` and `docker network`; start the local"
        " AWS with --docker to use the docker of this machine"
    )


_COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "--version": _version,
    "version": docker_lists.version,
    "info": docker_lists.info,
    "help": _version,
    "login": docker_registry.login,
    "logout": docker_registry.logout,
    "build": docker_build.build,
    "tag": docker_images.tag,
    "push": docker_registry.push,
    "pull": docker_registry.pull,
    "images": docker_lists.images,
    "inspect": docker_lists.inspect,
    "rmi": docker_images.remove,
    "ps": _nothing,
    "prune": _nothing,
    "system": _nothing,
    "manifest": docker_manifests.manifest,
    "buildx imagetools": docker_manifests.imagetools,
    "buildx create": _nothing,
    "buildx use": _nothing,
    "buildx inspect": _nothing,
    "buildx ls": _nothing,
    "buildx rm": _nothing,
    "buildx prune": _nothing,
    "buildx version": _version,
    **dict.fromkeys(
        (
            "exec",
            "create",
            "start",
            "stop",
            "kill",
            "rm",
            "logs",
            "wait",
            "container",
            "save",
            "load",
            "import",
            "export",
            "cp",
            "commit",
        ),
        _refuse,
    ),
    **dict.fromkeys(("history", "volume", "network"), _about_layers),
    "run": _run,
    "compose": docker_compose.compose,
}
_NEED_DAEMON = ("build", "tag", "push", "pull", "images", "inspect", "rmi", "ps", "info", "version", "run")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
