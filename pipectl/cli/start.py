"""`pipectl start`: begin a new execution."""

import click

from pipectl.cli._act_options import on_pipeline, wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, only_file, variables_of


@click.command()
@click.option(
    "--variable", "values", multiple=True, metavar="NAME=VALUE", help="A value for a variable of the pipeline"
)
@click.option("--commit", metavar="ID", help="The commit that a git source takes")
@click.option("--image-digest", metavar="DIGEST", help="The image that an ECR source takes")
@click.option("--s3-version", metavar="ID", help="The object version that an S3 source takes")
@click.option("--action", metavar="NAME", help="The source action that takes it, when several could")
@on_pipeline
@wait_options
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    values: tuple[str, ...],
    commit: str | None,
    image_digest: str | None,
    s3_version: str | None,
    action: str | None,
    pipeline: str | None,
    wait: bool,
    timeout: float | None,
) -> None:
    """Start an execution

    With the newest revision of every source. `--variable` sets a variable of the pipeline, `--var` gives a
    value for `${var:NAME}` in the spec, as in every command. A commit or digest may be shortened when an
    execution has had it.
    """
    from pipectl.cli import _specs
    from pipectl.cli._act import carry_out
    from pipectl.runs.verbs.start import COMMIT, DIGEST, VERSION, Wanted, start

    _specs.refuse_unused(chosen, hint="`--variable NAME=VALUE` sets a variable of the pipeline")
    said = {COMMIT: commit, DIGEST: image_digest, VERSION: s3_version}
    revisions = {kind: value for kind, value in said.items() if value is not None}
    wanted = Wanted(variables_of(values, option="--variable"), revisions, action)
    follow = waits(wait, timeout)
    carry_out(lambda cloud, name: start(cloud, name, wanted), settings, chosen, pipeline, follow)
