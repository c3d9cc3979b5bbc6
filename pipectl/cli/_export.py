"""What `export` prints, and where it learns which account and Region the spec is for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipectl.cli._options import Settings
from pipectl.errors import Declined, WrongUsage

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.export.design import Design, Home
    from pipectl.spec.spec import Spec

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Asked:
    """What the options say."""

    format: str
    stack_set: bool
    only_importable: bool
    resources_to_import: bool
    account: str | None


def export_options(function: Function) -> Function:
    """The options of `export`, handed over as `asked`."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        asked = Asked(**{name: kwargs.pop(name) for name in Asked.__dataclass_fields__})
        return function(*args, asked=asked, **kwargs)

    wrapped: Any = update_wrapper(wrapper, function)
    for option in (
        click.option("--account", metavar="ID", help="The account, when the spec names none"),
        click.option(
            "--resources-to-import", is_flag=True, help="Print what an import into a stack must name"
        ),
        click.option("--only-importable", is_flag=True, help="Leave out what a stack cannot import"),
        click.option("--stack-set", is_flag=True, help="For many accounts and Regions, with parameters"),
        click.option(
            "--format",
            type=click.Choice(["cloudformation", "terraform"]),
            default="cloudformation",
            show_default=True,
            help="Whose words",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # the same function, called with other arguments


def check(settings: Settings, asked: Asked) -> None:
    """Refuse options that do not fit together."""
    if asked.account and not (asked.account.isdigit() and len(asked.account) == ACCOUNT_DIGITS):
        raise WrongUsage(f"`--account {asked.account}` is no account", hint="an account has 12 digits")
    stacks = asked.stack_set or asked.only_importable or asked.resources_to_import
    if asked.format == "terraform" and (stacks or not settings.is_text):
        raise WrongUsage(
            "`--format terraform` prints configuration, and that in one way only",
            hint="`-o`, `--stack-set`, `--only-importable` and `--resources-to-import` are CloudFormation's",
        )
    if asked.stack_set and (asked.only_importable or asked.resources_to_import):
        raise WrongUsage(
            "`--stack-set` makes new resources and imports none",
            hint="leave out `--only-importable` and `--resources-to-import`",
        )


ACCOUNT_DIGITS = 12


def show_template(settings: Settings, spec: "Spec", asked: Asked) -> None:
    """The template, and on stderr what it cannot say."""
    from pipectl.export.cloudformation.template import template
    from pipectl.export.cloudformation.text import to_json, to_yaml
    from pipectl.export.design import design, design_anywhere

    home = _home(settings, spec, asked)
    made = template(
        design_anywhere(spec, home) if asked.stack_set else design(spec, home),
        only_importable=asked.only_importable,
    )
    click.echo(to_json(made) if settings.output == "json" else to_yaml(made), nl=settings.output == "json")
    _tell_lost("CloudFormation", made.lost)
    _tell_secrets("parameter", made.secrets)
    for left in made.left_out:
        click.echo(f"left out, since CloudFormation cannot import it: {left}", err=True)


def show_terraform(settings: Settings, spec: "Spec", asked: Asked) -> None:
    """The configuration, and on stderr what it cannot say."""
    from pipectl.export.design import design
    from pipectl.export.terraform.configuration import configuration

    made = configuration(design(spec, _home(settings, spec, asked)))
    click.echo(made.text, nl=False)
    _tell_lost("Terraform's provider", made.lost)
    _tell_secrets("variable", made.secrets)


def show_imports(settings: Settings, spec: "Spec", asked: Asked) -> None:
    """What the change set must name, and on stderr the parameters that it needs."""
    from pipectl.aws.readonly import ReadOnly
    from pipectl.cli import _session
    from pipectl.export.cloudformation.importing import images, to_import
    from pipectl.export.cloudformation.template import template
    from pipectl.render.document import document

    with _session.connected(settings, [spec]) as connection:
        cloud = ReadOnly(connection.cloud(_region(settings, spec)))
        made = template(_found(spec, cloud), only_importable=True)
        listed = to_import(cloud, made)
        running = images(cloud, made)
    click.echo(document(listed, "yaml" if settings.output == "yaml" else "json"))
    if running:
        pairs = "".join(f"\n  ParameterKey={name},ParameterValue={image}" for name, image in running.items())
        click.echo(f"the images that run now, for `--parameters`:{pairs}", err=True)
    _tell_secrets("parameter", made.secrets)


def _found(spec: "Spec", cloud: "Cloud") -> "Design":
    from pipectl.export.design import Home, design

    account = cloud.account
    if spec.account and spec.account != account.id:
        raise Declined(
            f"{spec.file} is for account {spec.account}, but these credentials are of {account.id}",
            hint="use another `--profile`",
        )
    return design(spec, Home(account.region, account.id))


def _home(settings: Settings, spec: "Spec", asked: Asked) -> "Home":
    """Where the spec is for, without asking AWS: as the spec, an option or the configuration says."""
    from pipectl.aws.session import Connection
    from pipectl.cli import _session
    from pipectl.export.design import Home

    if asked.account and spec.account and asked.account != spec.account:
        raise WrongUsage(
            f"{spec.file} says account {spec.account}, `--account` says {asked.account}",
            hint="leave one of them out",
        )
    region = _region(settings, spec)
    if region is None:
        region = Connection(profile=settings.profile, say=_session.tell).region()
    return Home(region, spec.account or asked.account)


def _region(settings: Settings, spec: "Spec") -> str | None:
    from pipectl import flow

    flow.refuse_other_region(spec, settings.region)
    return spec.region or settings.region


def _tell_lost(tool: str, lost: Iterable[str]) -> None:
    for path in lost:
        click.echo(f"{tool} cannot say this, so it is left out: {path}", err=True)


def _tell_secrets(what: str, secrets: Iterable[str]) -> None:
    for name in secrets:
        click.echo(
            f"a secret of the spec is not printed, the {what} {name} stands for it: better keep it in SSM or"
            " Secrets Manager, and let the spec name it there",
            err=True,
        )
