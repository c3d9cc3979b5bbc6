"""`pipectl rollback`: bring a stage back to an earlier execution."""

import click

from pipectl.cli._act_options import on_pipeline, wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.errors import WrongUsage


@click.command()
@click.argument("stage")
@click.option(
    "--to", metavar="ID", help="The beginning of an execution's id, or of a commit; else the one before"
)
@click.option("--list", "listing", is_flag=True, help="Only list where STAGE can go back to")
@on_pipeline
@wait_options
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    stage: str,
    to: str | None,
    listing: bool,
    pipeline: str | None,
    wait: bool,
    timeout: float | None,
) -> None:
    """Roll STAGE back to an earlier execution

    What the execution before the current one deployed, or the one that `--to` names. A new execution does
    it, with the artifacts of the earlier one; the other stages stay as they are.
    """
    from pipectl.cli._act import carry_out
    from pipectl.runs.verbs.rollback import rollback

    if listing and (to or wait):
        raise WrongUsage("`--list` only lists", hint="leave out `--to` and `--wait`")
    follow = waits(wait, timeout)
    if listing:
        _list(settings, chosen, stage, pipeline)
    else:
        carry_out(lambda cloud, name: rollback(cloud, name, stage, to=to), settings, chosen, pipeline, follow)


def _list(settings: Settings, chosen: Chosen, stage: str, pipeline: str | None) -> None:
    import sys
    from datetime import datetime

    from pipectl.cli._act import acting
    from pipectl.cli._look import look_of
    from pipectl.render.act import candidates_data, candidates_text
    from pipectl.render.document import document
    from pipectl.runs.verbs.rollback import candidates

    with acting(settings, chosen, pipeline, changes=False) as where:
        found = candidates(where.cloud, where.pipeline, stage)
    if settings.is_text:
        click.echo(candidates_text(found, look_of(sys.stdout), datetime.now().astimezone()))
    else:
        click.echo(document(candidates_data(found), settings.output))
