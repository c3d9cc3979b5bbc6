"""Options that several commands share. They stand before or after the command; what stands after it wins."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipectl.cli._help import Global
from pipectl.command import Typed, typed, with_place
from pipectl.errors import PipectlError, WrongUsage
from pipectl.spec.near import NAMES as FOUND_HERE

if TYPE_CHECKING:
    from pipectl.flow import Aws

Function = TypeVar("Function", bound=Callable[..., Any])

SAID = "pipectl.options"
"""Where the contexts of a command line, which share one `meta`, keep what was said."""

WORDS = "pipectl.words"
"""Where they keep all words of the command line."""

DEFAULT_FILE = FOUND_HERE[0]


@dataclass(frozen=True)
class Settings:
    """What the shared options say."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    local: bool = False
    output: str = "text"
    verbose: bool = False
    calls: bool = False

    @property
    def aws(self) -> "Aws":
        """How to reach AWS."""
        from pipectl.flow import Aws

        if self.local and self.endpoint_url:
            raise WrongUsage(
                "`--local` and `--endpoint-url` contradict each other", hint="leave one of them out"
            )
        return Aws(self.profile, self.region, self.endpoint_url, self.local)

    @property
    def endpoint(self) -> str | None:
        """Where calls go: `local`, the URL of another server, or None for AWS itself."""
        return "local" if self.local else self.endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or None

    @property
    def is_text(self) -> bool:
        """Whether a person reads the result."""
        return self.output == "text"


@dataclass(frozen=True)
class Chosen:
    """The specs that a command works with, and who named them."""

    files: tuple[str, ...]
    variables: Mapping[str, str]
    named: bool = True
    """Whether the command line or PIPECTL_FILE names them; false when the file was only found here."""
    typed: bool = True
    """Whether the command line names them, so that the commands it is told must do so too."""
    without: bool = False
    """Whether `--no-spec` says that none is wanted."""


def said(context: click.Context) -> dict[str, Any]:
    """The shared options that were given so far."""
    options: dict[str, Any] = context.meta.setdefault(SAID, {})
    return options


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and parameter.name:
        said(context)[parameter.name] = value


def _shared(*names: str, **settings: Any) -> Callable[[Function], Function]:
    return click.option(*names, cls=Global, default=None, expose_value=False, callback=_remember, **settings)


def _flag(*names: str, **settings: Any) -> Callable[[Function], Function]:
    return _shared(*names, is_flag=True, **settings)


MARKDOWN = "markdown"
OUTPUTS = ("text", "json", "yaml", MARKDOWN)
WITH_MARKDOWN = frozenset({"plan"})
"""The commands that also print Markdown."""

_OUTPUT_OPTIONS = (
    _shared("-o", "--output", type=click.Choice(OUTPUTS), help="How the result is printed"),
    _flag("-v", "--verbose", help="Show everything, also what stays as it is"),
    _flag("--no-color", help="No colours; also by the environment variable NO_COLOR"),
    _flag("--debug", help="Show where an error happened"),
)
_AWS_OPTIONS = (
    _shared("--profile", metavar="NAME", help="The profile of the AWS configuration"),
    _shared("--region", metavar="NAME", help="The Region, when the spec names none"),
    _shared("--endpoint-url", metavar="URL", help="Send all calls there instead of to AWS"),
    _flag("--local", help="Use the local AWS, which is started when it does not run"),
    _flag("--calls", help="List on stderr what was sent to AWS"),
)


def all_options(function: Function) -> Function:
    """The shared options before the command."""
    for option in reversed([*_AWS_OPTIONS, *_OUTPUT_OPTIONS]):
        function = option(function)
    return function


def output_options(function: Function) -> Function:
    """The shared options of a command that talks to nobody. It is called with Settings first."""
    return _with_options(function, _OUTPUT_OPTIONS)


def aws_options(function: Function) -> Function:
    """The shared options of a command that talks to AWS. It is called with Settings first."""
    return _with_options(function, [*_AWS_OPTIONS, *_OUTPUT_OPTIONS])


def _with_options(function: Function, options: Any) -> Function:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        context = click.get_current_context()
        given = {key: value for key, value in said(context).items() if key in known}
        if given.get("output") == MARKDOWN and context.info_name not in WITH_MARKDOWN:
            raise WrongUsage(
                f"`{context.info_name}` does not print Markdown",
                hint=f"`-o {MARKDOWN}` is for `{'`, `'.join(sorted(WITH_MARKDOWN))}`",
            )
        line = replace(_typed(given, context.params), words=context.meta.get(WORDS, ()))
        with typed(line), _completed():
            return function(Settings(**given), *args, **kwargs)

    known = Settings.__dataclass_fields__
    wrapped: Any = update_wrapper(wrapper, function)
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # the same function, called with one argument more


def _typed(given: Mapping[str, Any], parameters: Mapping[str, Any]) -> Typed:
    """What the commands that are mentioned must repeat of this command line."""
    options = {"--profile": "profile", "--region": "region", "--endpoint-url": "endpoint_url"}
    place = [word for option, key in options.items() if given.get(key) for word in (option, given[key])]
    files, pipelines = parameters.get("file"), parameters.get("pipelines", ())
    specs = (*parameters.get("spec", ()), *(files if isinstance(files, tuple) else ()))
    file = parameters.get("vars_file")
    values = [word for pair in parameters.get("var", ()) for word in ("--var", pair)]
    named = pipelines[0] if len(pipelines) == 1 else parameters.get("pipeline")
    return Typed(
        place=["--local", *place] if given.get("local") else place,
        specs=specs,
        values=[*values, *(("--vars-file", file) if file else ())],
        without_spec=bool(parameters.get("no_spec")),
        found_spec=bool(os.environ.get("PIPECTL_FILE")) or any(map(os.path.lexists, FOUND_HERE)),
        pipeline=named if isinstance(named, str) and not set(named) & set("*?[") else None,
        region=given.get("region"),
        profile=given.get("profile"),
        endpoint_url=given.get("endpoint_url"),
    )


@contextmanager
def _completed() -> Iterator[None]:
    """Commands of the AWS CLI in the hint of an error, which may come from a table, name the place too."""
    try:
        yield
    except PipectlError as error:
        error.hint = with_place(error.hint) if error.hint else None
        raise


def specs(function: Function) -> Function:
    """Positional SPECs, `-f` and variables, handed over as `chosen`."""
    return click.argument("spec", nargs=-1, metavar="[SPEC]...")(_spec_options(function))


def specs_or_none(function: Function) -> Function:
    """As `specs`, for commands that work without a spec too."""
    return _no_spec(specs(function))


def only_file(function: Function) -> Function:
    """`-f`, `--no-spec` and variables, for commands whose arguments are other things than SPECs."""
    return _no_spec(_spec_options(function))


_no_spec = click.option(
    "--no-spec", is_flag=True, help="Use no spec, also when PIPECTL_FILE or this folder has one"
)


def _spec_options(function: Function) -> Function:
    def wrapper(
        *args: Any,
        file: tuple[str, ...],
        var: tuple[str, ...],
        vars_file: str | None,
        spec: tuple[str, ...] = (),
        no_spec: bool = False,
        **kwargs: Any,
    ) -> Any:
        chosen = _chosen((*spec, *file), variables_of(var, vars_file), without=no_spec)
        return function(*args, chosen=chosen, **kwargs)

    wrapped: Any = update_wrapper(wrapper, function)
    for option in (
        click.option("--vars-file", metavar="FILE", help="A YAML mapping of values for `${var:NAME}`"),
        click.option("--var", multiple=True, metavar="NAME=VALUE", help="A value for `${var:NAME}` in SPEC"),
        click.option("-f", "--file", multiple=True, metavar="SPEC", help="The spec (or PIPECTL_FILE)"),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # the same function, called with other arguments


def _chosen(files: tuple[str, ...], variables: Mapping[str, str], *, without: bool) -> Chosen:
    """The named specs, else PIPECTL_FILE, else the one in this folder, else none."""
    if without and files:
        raise WrongUsage(f"`--no-spec` and `{files[0]}` contradict each other", hint="leave one of them out")
    if without:
        return Chosen((), variables, named=False, typed=False, without=True)
    if files:
        return Chosen(files, variables)
    if named := os.environ.get("PIPECTL_FILE"):
        return Chosen((named,), variables, typed=False)
    return Chosen(_found_here(), variables, named=False, typed=False)


def _found_here() -> tuple[str, ...]:
    """The spec in this folder, also one that cannot be read."""
    found = tuple(name for name in FOUND_HERE if os.path.lexists(name))
    if len(found) > 1:
        raise WrongUsage(f"both {' and '.join(found)} are in this folder", hint=f"name one: `-f {found[0]}`")
    return found


def variables_of(pairs: tuple[str, ...], file: str | None = None, option: str = "--var") -> dict[str, str]:
    """`--vars-file` first, `--var` over it."""
    variables = _variables_file(file) if file else {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise WrongUsage(f"`{option} {pair}` is no NAME=VALUE", hint=f"write `{option} release=42`")
        variables[name] = value
    return variables


def _variables_file(file: str) -> dict[str, str]:
    import yaml

    try:
        # BaseLoader leaves every scalar the text that it is, so `no` and `012` stay what was written.
        found = yaml.load(Path(file).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WrongUsage(f"cannot read the variables in {file}: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise WrongUsage(f"{file} must be a mapping of names to values", hint="one `name: value` per line")
    return found
