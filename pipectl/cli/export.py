"""`pipectl export`: the same system in the words of another tool."""

from typing import TYPE_CHECKING

import click

from pipectl.cli import _export
from pipectl.cli._options import Chosen, Settings, aws_options, specs
from pipectl.errors import WrongUsage

if TYPE_CHECKING:
    from pipectl.cli._export import Asked


@click.command()
@specs
@_export.export_options
@aws_options
def command(settings: Settings, chosen: Chosen, asked: "Asked") -> None:
    """Print the SPEC for CloudFormation or for Terraform

    The resources have the same names, so that a stack or a state can take them over. It works offline and
    without credentials; only `--resources-to-import` asks AWS. What the other tool cannot say is told on
    stderr.

    With `-o json`: the template as JSON.
    """
    from pipectl.cli import _specs

    loaded = _specs.load(chosen)
    if len(loaded) != 1:
        raise WrongUsage("one export is of one spec", hint="export them one after the other")
    _export.check(settings, asked)
    if asked.resources_to_import:
        _export.show_imports(settings, loaded[0], asked)
    elif asked.format == "cloudformation":
        _export.show_template(settings, loaded[0], asked)
    else:
        _export.show_terraform(settings, loaded[0], asked)
