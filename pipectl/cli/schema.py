"""`pipectl schema`: the grammar of specs, for editors."""

import click

from pipectl.cli._options import Settings, output_options


@click.command()
@output_options
def command(settings: Settings) -> None:
    """Print the JSON Schema of specs, for editors

    As in `pipectl schema > pipectl.schema.json`, and in the first line of a spec:
    `# yaml-language-server: $schema=pipectl.schema.json`
    """
    from pipectl.kinds import BLOCKS
    from pipectl.render.document import document
    from pipectl.spec.schema import schema

    click.echo(document(schema(BLOCKS), "yaml" if settings.output == "yaml" else "json"))
