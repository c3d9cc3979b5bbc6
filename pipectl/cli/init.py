"""`pipectl init`: a first spec, from what the folder tells and a few questions."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _printing
from pipectl.cli._options import DEFAULT_FILE, Settings, aws_options
from pipectl.errors import ExitCode, NotConnected, WrongUsage

if TYPE_CHECKING:
    from pipectl.cli._asking import Asking
    from pipectl.init.answers import Answers
    from pipectl.init.folder import Folder
    from pipectl.init.offers import Offers

SCHEMA = "pipectl.schema.json"


@click.command()
@click.argument("file", default=DEFAULT_FILE, metavar="[FILE]")
@click.option("--name", metavar="NAME", help="The stack's name; the folder's when it is not given")
@click.option("--repository", metavar="NAME", help="A CodeCommit repository, or owner/name at another host")
@click.option("--branch", metavar="NAME", help="The branch that is deployed; the current one")
@click.option("--connection", metavar="ARN", help="The connection to the other host")
@click.option("--port", metavar="N", help="What the container listens on; EXPOSE of the Dockerfile")
@click.option("--subnet", "subnets", multiple=True, metavar="ID", help="A subnet of the tasks; several times")
@click.option("--security-group", "groups", multiple=True, metavar="ID", help="Of the tasks; several times")
@click.option("--public-ip/--no-public-ip", default=None, help="Whether tasks get a public address")
@click.option("--cluster", metavar="NAME", help="An existing cluster; a new one without it")
@click.option("--from-aws", is_flag=True, help="Look at what the account offers, and propose it")
@click.option("--schema", is_flag=True, help=f"Write {SCHEMA} too, and the line by which editors find it")
@click.option("--force", is_flag=True, help="Write over a FILE that is there")
@aws_options
def command(
    settings: Settings, file: str, from_aws: bool, schema: bool, force: bool, **given: Any
) -> int | None:
    """Write a first spec for the application in this folder

    Reads the Dockerfile, the buildspec and the git remote that are here, asks for the rest, and writes
    FILE (pipectl.yaml when it is not given), with a word beside each line that is not obvious. With
    `--from-aws` it looks at the account and Region and proposes subnets, security groups, connections and
    clusters. It makes nothing in AWS, and without `--from-aws` it sends nothing there.

    Without a terminal nothing is asked: what the folder does not tell must be given by options.
    """
    from pipectl.cli._asking import Asking
    from pipectl.init import folder as folders
    from pipectl.init.text import spec_text

    folder = Path(file).parent
    if not folder.is_dir():
        raise WrongUsage(f"there is no folder `{folder}`", hint="make it, or name another file")
    for name in (Path(file), *([folder / SCHEMA] if schema else [])):
        if name.exists() and not force:
            raise WrongUsage(f"{name} is there already", hint="name another file, or take `--force`")
    here = folders.look(folder)
    asking = Asking()
    offers, region = _offers(settings, here, asking) if from_aws else (None, None)
    answers = _answers(asking, here, offers, region or _region(settings, here), given, schema=schema)
    _printing.write(Path(file), spec_text(answers))
    if schema:
        _write_schema(folder / SCHEMA)
    return _tell(settings, file, answers)


def _region(settings: Settings, here: "Folder") -> str | None:
    environment = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return settings.region or (here.source.region if here.source else None) or environment


def _offers(settings: Settings, here: "Folder", asking: "Asking") -> "tuple[Offers, str]":
    """What the account has, and the Region that was looked at."""
    from pipectl.aws.readonly import ReadOnly
    from pipectl.cli import _session
    from pipectl.init import offers

    with _session.connected(settings) as connection:
        try:
            region = connection.region(_region(settings, here))
        except NotConnected:
            region = asking.one("region", "Region", "--region", None, None)
            asking.refuse_missing()
        found = offers.look(ReadOnly(connection.cloud(region)))
    for text in found.unseen:
        click.echo(text, err=True)
    return found, region


def _answers(
    asking: "Asking", here: "Folder", offers: "Offers | None", region: str | None, given: Any, *, schema: bool
) -> "Answers":
    from pipectl.init.answers import BRANCH, PORT, Answers
    from pipectl.init.offers import Offers

    unseen, offers = offers is None, offers or Offers()
    one = asking.one
    name = one("name", "Name of the stack", "--name", given["name"], here.stack)
    repository = here.source.repository if here.source else name
    repository = one(
        "repository", "Repository (owner/name when it is not in CodeCommit)", "--repository",
        given["repository"], repository,
    )  # fmt: skip
    branch = one("branch", "Branch that is deployed", "--branch", given["branch"], here.branch or BRANCH)
    connection = _connection(asking, here, offers, given) if "/" in repository else None
    port = one("port", "Port of the container", "--port", given["port"], str(here.port or PORT))
    if asking.terminal and unseen and not given["subnets"]:
        click.echo("`--from-aws` looks for the account's subnets, and proposes some", err=True)
    _show("Subnets", [each.title for each in offers.subnets], asking)
    subnets = asking.several(
        "subnet", "Subnets of the tasks", "--subnet", given["subnets"],
        [each.id for each in offers.proposed], least=1,
    )  # fmt: skip
    _show("Security groups", [f"{identity}  {name}" for identity, name in offers.groups], asking)
    groups = asking.several(
        "security_group", "Security groups of the tasks", "--security-group", given["groups"],
        offers.proposed_groups, least=0,
    )  # fmt: skip
    public = {each.id: each.way == "public" for each in offers.subnets}
    said = any(public.get(subnet, False) for subnet in subnets)
    public_ip = asking.yes(
        "Do tasks get a public address? In a public subnet they need one", given["public_ip"], proposed=said
    )
    cluster = _cluster(asking, offers, given)
    asking.refuse_missing()
    return Answers(
        name, repository, branch, int(port), subnets, groups, public_ip, region, connection, cluster, here,
        SCHEMA if schema else None,
    )  # fmt: skip


def _connection(asking: "Asking", here: "Folder", offers: "Offers", given: Any) -> str:
    host = here.source.host if here.source else None
    _show("Connections", [each.title for each in offers.connections], asking)
    question = f"Connection to {host or 'its host'}"
    proposed = offers.connection_to(host)
    return asking.one("connection", question, "--connection", given["connection"], proposed)


def _cluster(asking: "Asking", offers: "Offers", given: Any) -> str | None:
    """An existing cluster is asked for only where there is one; `new` makes one."""
    if given["cluster"] or (asking.terminal and offers.clusters):
        _show("Clusters", offers.clusters, asking)
        found = asking.one("cluster", "Cluster, or `new`", "--cluster", given["cluster"], "new")
        return None if found == "new" else found
    return None


def _show(title: str, lines: "list[str] | tuple[str, ...]", asking: "Asking") -> None:
    if lines and asking.terminal:
        click.echo("\n".join([f"{title} in this account:", *(f"  {line}" for line in lines)]), err=True)


def _write_schema(file: Path) -> None:
    from pipectl.kinds import BLOCKS
    from pipectl.render.document import document
    from pipectl.spec.schema import schema

    _printing.write(file, document(schema(BLOCKS), "json") + "\n")


def _tell(settings: Settings, file: str, answers: "Answers") -> int | None:
    """What was written, what is doubtful in it, and what to type next."""
    from pipectl import flow
    from pipectl.render.document import document, problems_data

    _, problems = flow.check([file], {})
    name = "" if file == DEFAULT_FILE else f" {file}"
    commands = [f"pipectl validate{name}", f"pipectl --local create{name}"]
    if settings.is_text:
        click.echo(f"{file} is written\n\nNext:")
        click.echo("\n".join(f"  {each}" for each in commands))
    else:
        data = {"file": file, "problems": problems_data(problems), "next": commands}
        click.echo(document(data, settings.output))
    for doubt in answers.doubts():
        click.echo(doubt, err=True)
    for problem in problems:
        click.echo(str(problem), err=True)
    return ExitCode.USAGE if any(str(each.severity) == "error" for each in problems) else None
