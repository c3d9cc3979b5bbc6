"""The commands that pipectl prints: each repeats the place and the spec as they were typed.

This is the only place that makes such text; a test looks for others. The command line says once what was
typed (`typed`), and whoever mentions a command says only what it is about. All words are quoted for a shell.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from shlex import quote, split

from pipectl.facts import console

OF_PIPELINE = frozenset(
    {"status", "doctor", "history", "logs", "why", "wait", "start", "stop", "retry", "rollback", "approve",
     "reject", "open", "override", "enable-transition", "disable-transition"}
)  # fmt: skip
"""The commands that take `-p NAME`, and work without a spec."""
OF_SPECS = frozenset({"create", "plan", "destroy", "policy", "export", "validate"})
"""The commands that need a spec."""
AS_ARGUMENT = OF_SPECS | {"status", "doctor"}
"""The commands to which the spec is an argument; the others take `-f SPEC`."""
HELPER = "pip install git-remote-codecommit"
"""What brings git the URLs `codecommit::` (user guide of CodeCommit, "git-remote-codecommit")."""
WITHOUT_AWS = frozenset({"validate", "local", "schema", "completion", "--help"})
"""The commands that talk to nobody."""


@dataclass(frozen=True)
class Typed:
    """What was typed that another command must repeat to mean the same."""

    words: Sequence[str] = ()
    """All of it behind `pipectl`, to be repeated as a whole."""
    place: Sequence[str] = ()
    """`--local`, `--profile`, `--region` and `--endpoint-url` with their values."""
    specs: Sequence[str] = ()
    values: Sequence[str] = ()
    """`--var` and `--vars-file` with their values."""
    without_spec: bool = False
    found_spec: bool = False
    """Whether PIPECTL_FILE or this folder has a spec that nobody needs to name."""
    pipeline: str | None = None
    region: str | None = None
    """The Region that a command of the AWS CLI is about; those of pipectl find it as this one did."""
    profile: str | None = None
    endpoint_url: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    """The environment by which the AWS CLI reaches the local AWS."""


_typed: ContextVar[Typed] = ContextVar("typed", default=Typed())  # noqa: B039  it is frozen


@contextmanager
def typed(line: Typed) -> Iterator[None]:
    """Commands that are mentioned within repeat what was typed."""
    before = _typed.get()
    _typed.set(line)
    try:
        yield
    finally:
        _typed.set(before)


@contextmanager
def about(
    pipeline: str | None = None, region: str | None = None, specs: Sequence[str] = ()
) -> Iterator[None]:
    """Commands that are mentioned within are about this pipeline, Region and specs, where they are given."""
    line = _typed.get()
    with typed(
        replace(
            line,
            pipeline=pipeline or line.pipeline,
            region=region or line.region,
            specs=specs or line.specs,
        )
    ):
        yield


@contextmanager
def with_spec_here(place: Sequence[str] | None = None) -> Iterator[None]:
    """Commands that are mentioned within find the spec in this folder; `place` stands for what was typed."""
    line = _typed.get()
    with typed(replace(line, found_spec=True, place=line.place if place is None else place)):
        yield


def reached(endpoint_url: str, keys: Mapping[str, str]) -> None:
    """Take note of where the local AWS answers, for commands of the AWS CLI."""
    _typed.set(replace(_typed.get(), endpoint_url=endpoint_url, keys=keys))


def pipectl(name: str, *words: str, pipeline: str | None = None, spec: str | None = None) -> str:
    """A command of pipectl in backticks, as `pipectl --local retry Deploy -p shop`.

    `pipeline` and `spec` stand before what was typed.
    """
    line = _typed.get()
    verb = name.partition(" ")[0]
    place = () if verb in WITHOUT_AWS else line.place
    return _told(["pipectl", *place, *name.split(), *words, *_about(verb, line, pipeline, spec)])


def aws(operation: str, *words: str, region: str | None = None) -> str:
    """A command of the AWS CLI in backticks; `operation` is `service operation`."""
    line = _typed.get()
    region = region or line.region
    options = {"--region": region, "--profile": line.profile, "--endpoint-url": line.endpoint_url}
    place = [word for option, value in options.items() if value for word in (option, value)]
    keys = [f"{name}={quote(value)}" for name, value in line.keys.items()]
    return f"`{' '.join([*keys, 'aws', operation, *map(quote, [*words, *place])])}`"


def on_local_aws() -> str:
    """What was typed, on the local AWS, in backticks."""
    return _told(["pipectl", "--local", *_typed.get().words])


def first_step() -> str:
    """How there comes to be a pipeline: by the spec that was named or found, else by a first spec."""
    line = _typed.get()
    has_spec = line.specs or line.found_spec
    return f"{pipectl('create')} creates one" if has_spec else f"{pipectl('init')} writes a first spec"


def with_place(text: str) -> str:
    """A text from a table, with the place in every command of the AWS CLI that it mentions."""
    return re.sub(r"`aws (\S+(?: [a-z][a-z-]+)?)((?: [^`]*)?)`", _placed, text)


def _placed(found: re.Match[str]) -> str:
    if "--region" in found[2] or found[1].split()[0] in ("sso", "configure", "login"):
        return found[0]
    return aws(found[1], *split(found[2]))


def git(*words: str) -> str:
    """A command of git in backticks."""
    return _told(["git", *words])


def git_push(url: str, branch: str) -> str:
    """The command that pushes a branch, and what git needs for the URL."""
    needs = f" (`{HELPER}` brings what git needs for it)" if url.startswith("codecommit::") else ""
    return f"{git('push', url, branch)}{needs}"


def first_push(url: str, branch: str, repository: str) -> str:
    """What to do where a pipeline's branch is not there yet; the URL is empty where it is not known."""
    step = git_push(url, branch) if url else f"push branch {branch} to {repository}"
    return f"waiting for the first push: {step}"


def complete_connection(arn: str, repository: str, folder: str = ".") -> str:
    """How a person completes a connection: in the console, or on the local AWS by leading it to a clone."""
    if is_elsewhere():
        where = f" in your clone of {repository}" if folder == "." and repository else ""
        return f"{pipectl('local connect', arn, folder)}{where}"
    return f"complete it at {console.connections(arn.split(':')[3])} (Update pending connection)"


def is_elsewhere() -> bool:
    """Whether calls go to another endpoint than AWS's own: as typed, or as the environment says it."""
    named = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CODECOMMIT")
    return bool(_typed.get().endpoint_url or any(map(os.environ.get, named)))


def profile() -> str | None:
    """The profile that was typed."""
    return _typed.get().profile


def _about(verb: str, line: Typed, pipeline: str | None, spec: str | None) -> list[str]:
    """The spec and the pipeline that a command is about."""
    if verb not in OF_PIPELINE | OF_SPECS:
        return []
    specs = [spec] if spec else list(line.specs)
    words = specs if verb in AS_ARGUMENT else [word for file in specs for word in ("-f", file)]
    if verb in OF_SPECS and not (specs or line.found_spec):
        words = ["SPEC"]
    words += line.values if specs or line.found_spec else ()
    if verb in OF_PIPELINE:
        name = pipeline or line.pipeline
        words += ["--no-spec"] if line.without_spec and not spec else []
        words += ["-p", name] if name else []
    return words


def _told(words: Sequence[str]) -> str:
    return f"`{' '.join(map(quote, words))}`"
