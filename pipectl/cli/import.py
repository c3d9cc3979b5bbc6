"""`pipectl import`: a spec for what lives in AWS already."""  # noqa: N999  a command is found by its name

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipectl.cli._options import Settings, aws_options
from pipectl.command import pipectl
from pipectl.errors import Declined, PipectlError, Unchanged, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.arrive.concealed import Concealed
    from pipectl.arrive.live import Asked
    from pipectl.aws.session import Connection
    from pipectl.engine.values import Plan


@click.command("import")
@click.argument("pipeline", nargs=-1)
@click.option("--cluster", multiple=True, metavar="NAME", help="The cluster of a --service")
@click.option("--service", multiple=True, metavar="NAME", help="An ECS service, with its --cluster")
@click.option("--project", multiple=True, metavar="NAME", help="A CodeBuild project")
@click.option("-f", "--file", metavar="FILE", help="Write the spec there instead of to stdout")
@click.option("--force", is_flag=True, help="Overwrite the file")
@aws_options
def command(
    settings: Settings,
    pipeline: tuple[str, ...],
    cluster: tuple[str, ...],
    service: tuple[str, ...],
    project: tuple[str, ...],
    file: str | None,
    force: bool,
) -> None:
    """Generate a spec from existing PIPELINEs

    What the pipelines use comes along: repositories, projects, clusters, services; roles, buckets,
    keys and event rules are named and left to who made them. Nothing is written to AWS. What looks like a
    secret is not printed: the spec reads it from the environment.

    On stderr stands what was read, what the spec does not say, and what `create` would do with it.

    With `-o json`: an object with the spec, its text, and what is said on stderr.
    """
    from pipectl.arrive.arrive import arrive
    from pipectl.arrive.concealed import concealed
    from pipectl.arrive.text import spec_text
    from pipectl.cli import _printing, _session
    from pipectl.cli._look import look_of
    from pipectl.render.arrival import arrival_text, outlook
    from pipectl.render.document import document

    asked = _asked(pipeline, cluster, service, project)
    if file:
        _may_write(Path(file), force=force)
    with _session.connected(settings, pipelines=pipeline) as connection:
        found = arrive(connection.cloud(settings.region), asked)
        hidden = concealed(found.values)
        text = spec_text(hidden.values)
        plan, wrong = _outlook(settings, connection, text, hidden)
    lost = [*found.lost, *hidden.told, *wrong]
    if file:
        _printing.write(Path(file), text)
    if settings.is_text:
        click.echo(arrival_text(found.read, lost, plan, look_of(sys.stderr), file), err=True)
        click.echo(f"\nwritten to {file}" if file else "", err=True)
        if not file:
            click.echo(text, nl=False)
        return
    read = [{"kind": kind, "name": name} for kind, name in found.read]
    said = {"spec": hidden.values, "text": text, "read": read, "lost": lost}
    click.echo(document({**said, "create": outlook(plan, file) if plan else []}, settings.output))


def _asked(
    pipelines: "Sequence[str]",
    clusters: "Sequence[str]",
    services: "Sequence[str]",
    projects: "Sequence[str]",
) -> "Asked":
    from pipectl.arrive.live import Asked

    if not (pipelines or services or projects):
        raise WrongUsage(
            "nothing is named that shall be imported",
            hint=f"name a pipeline, as in {pipectl('import', 'FriendReminders')},"
            " or a `--service` or `--project`",
        )
    if len(clusters) not in (1, len(services)) or (clusters and not services):
        raise WrongUsage(
            f"{len(services)} `--service` and {len(clusters)} `--cluster` do not fit together",
            hint="write `--cluster C --service S` for each service, or one `--cluster` for all of them",
        )
    of = clusters if len(clusters) == len(services) else [clusters[0]] * len(services)
    named = tuple(f"{cluster}/{name}" for cluster, name in zip(of, services, strict=True))
    return Asked(tuple(pipelines), named, tuple(projects))


def _may_write(file: Path, *, force: bool) -> None:
    """Raise Declined when the file is there and nobody says that it may go."""
    if not file.parent.is_dir():
        raise WrongUsage(f"there is no folder `{file.parent}`", hint="make it, or name another file")
    if force or not file.exists():
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Declined(f"{file} is there already", hint="`--force` overwrites it")
    if not click.confirm(f"{file} is there already. Overwrite it?", err=True):
        raise Unchanged("nothing changed")


def _outlook(
    settings: Settings, connection: "Connection", text: str, hidden: "Concealed"
) -> "tuple[Plan | None, list[str]]":
    """What `create` would do with the spec as it is printed, or why that is not known."""
    from pipectl import flow
    from pipectl.arrive.reading_back import read_back

    spec, mistakes = read_back(text, hidden.environment, hidden.files)
    if spec is None:
        return None, [f"the spec is not valid as it is: {each}" for each in mistakes]
    try:
        (plan,) = flow.plan(flow.design([spec], connection, settings.aws))
    except PipectlError as error:
        return None, [f"what `create` would do is not known: {error.message}"]
    return plan, []
