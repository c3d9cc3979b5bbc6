"""The questions of `pipectl init`, in the order in which a person is asked them."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli._asking import LATER_WORD, Asking, Question
from pipectl.cli._options import Settings
from pipectl.command import aws, is_elsewhere, pipectl
from pipectl.errors import NotConnected, PipectlError
from pipectl.facts import console
from pipectl.init.answers import BRANCH, PORT, Answers
from pipectl.init.offers import PROVIDERS, Offers
from pipectl.spec.later import LATER

if TYPE_CHECKING:
    from pipectl.aws.session import Connection
    from pipectl.init.folder import Folder

NEW = "new"
NO_HOST = "its host"
CONSOLE = "Developer Tools, Settings, Connections"


@dataclass(frozen=True)
class Account:
    """The Region, and what the account offers there; `offers` is None where nobody looked."""

    region: str | None
    offers: Offers | None = None
    new_connection: str | None = None
    """On the local AWS: the ARN of a connection that can be completed there."""


def account(settings: Settings, asking: Asking, here: "Folder", *, from_aws: bool) -> Account:
    """Ask for the Region, and look at what the account offers there where that is wanted."""
    from pipectl.cli import _session

    if settings.region == LATER_WORD:
        return Account(LATER)
    stated = settings.region or (here.source.region if here.source else None)
    look = from_aws or settings.local
    if not look and not asking.terminal:
        return Account(stated or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"))
    try:
        with _session.connected(settings) as connection:
            region = _region(settings, asking, connection, stated)
            asking.refuse_missing()
            if region == LATER or not (look or _wants_look(asking)):
                return Account(region)
            return _looked(settings, connection, region, here)
    except NotConnected as error:
        if look or not asking.terminal:
            raise
        click.echo(f"{error.message}: nothing is proposed", err=True)
        return Account(stated)


def _region(settings: Settings, asking: Asking, connection: "Connection", stated: str | None) -> str:
    try:
        proposed = [connection.region(stated)]
    except NotConnected:
        proposed = []
    return asking.one(Question("region", "Region", "--region", proposed), settings.region)


def _wants_look(asking: Asking) -> bool:
    text = "Look in the account for subnets and connections? It only reads"
    return bool(asking.yes(text, None, proposed=True))


def _looked(settings: Settings, connection: "Connection", region: str, here: "Folder") -> Account:
    from pipectl.aws.readonly import ReadOnly
    from pipectl.init import offers

    try:
        cloud = connection.cloud(region)
        found = offers.look(ReadOnly(cloud))
    except PipectlError as error:
        if settings.local:
            raise
        click.echo(f"{error.message}: nothing is proposed", err=True)
        return Account(region)
    for text in found.unseen:
        click.echo(text, err=True)
    new = None
    if settings.local and here.source and here.source.host:
        new = offers.local_connection(cloud.account.id, region, here.source.repository)
    return Account(region, found, new)


def answers(
    settings: Settings, asking: Asking, here: "Folder", account: Account, given: dict[str, Any]
) -> Answers:
    """Ask for everything that was not given."""
    offers = account.offers or Offers()
    name = asking.one(Question("name", "Name of the stack", "--name", [here.stack]), given["name"])
    repository = _repository(asking, here, name, given)
    branch = Question("branch", "Branch to deploy", "--branch", [here.branch or BRANCH])
    branch_name = asking.one(branch, given["branch"])
    connection = _connection(asking, here, account, name, given) if "/" in repository else None
    port = asking.one(
        Question("port", "Port of the container", "--port", [str(here.port or PORT)]), given["port"]
    )
    taken = settings.local and bool(offers.proposed) and not given["subnets"]
    subnets, groups, public_ip = _network(asking, offers, given, ask=not taken)
    target = _target_group(asking, offers, given)
    cluster = _cluster(asking, offers, given)
    asking.refuse_missing()
    return Answers(
        name, repository, branch_name, port, subnets, groups, public_ip, account.region, connection, cluster,
        target, taken, here, given["schema"] or None,
    )  # fmt: skip


def _repository(asking: Asking, here: "Folder", name: str, given: dict[str, Any]) -> str:
    proposed = here.source.repository if here.source else here.stack if name == LATER else name
    text = "Repository (owner/name outside CodeCommit)"
    return asking.one(Question("repository", text, "--repository", [proposed]), given["repository"])


def _connection(asking: Asking, here: "Folder", account: Account, name: str, given: dict[str, Any]) -> str:
    """The connection to the host; where there is none, how to create one is said."""
    host = here.source.host if here.source else None
    offers = account.offers or Offers()
    proposed = offers.connection_to(host) or account.new_connection
    choices = [(each.arn, each.title) for each in offers.connections]
    if account.new_connection and account.new_connection not in dict(choices):
        choices.append((account.new_connection, "a new connection of the local AWS"))
    if asking.terminal and not given["connection"] and not proposed:
        click.echo("\n".join(how_to_connect(host, name, account.region)), err=True)
    question = Question(
        "connection", f"Connection to {host or NO_HOST}", "--connection", [proposed] if proposed else [],
        choices,
    )  # fmt: skip
    return asking.one(question, given["connection"])


def how_to_connect(host: str | None, name: str, region: str | None) -> list[str]:
    """The lines that say how a connection is created."""
    provider = PROVIDERS.get(host or "", "GitHub")
    called = "github" if name == LATER else name
    where = None if region == LATER else region
    words = ("--provider-type", provider, "--connection-name", called)
    create = aws("codeconnections create-connection", *words, region=where)
    lines = [f"No connection to {host or NO_HOST} works yet. Create one:", f"  {create.strip('`')}"]
    if is_elsewhere():
        done = f"complete it with {pipectl('local connect', 'ARN', '.')} in your clone"
    else:
        done = f"complete it in the console: {console.connections(where) if where else CONSOLE}"
    return [*lines, done, "and enter its ARN here, or `later`"]


def _network(
    asking: Asking, offers: Offers, given: dict[str, Any], *, ask: bool
) -> tuple[tuple[str, ...], tuple[str, ...], bool | None]:
    """Subnets, security groups and whether tasks get a public address; without `ask` what is proposed."""
    quiet = asking if ask else Asking(terminal=False, missing=asking.missing)
    subnets = quiet.several(
        Question(
            "subnet", "Subnets of the tasks", "--subnet", [each.id for each in offers.proposed],
            [(each.id, each.title) for each in offers.subnets], several=True,
        ),
        given["subnets"],
    )  # fmt: skip
    groups = quiet.several(
        Question(
            "security_group", "Security groups of the tasks", "--security-group", offers.proposed_groups,
            [(identity, f"{identity}  {name}") for identity, name in offers.groups],
            several=True, optional=True,
        ),
        given["groups"],
    )  # fmt: skip
    ways = {each.id: each.way for each in offers.subnets}
    public = any(ways.get(subnet) == "public" for subnet in subnets)
    text = "Do tasks get a public IP address? In public subnets they need one"
    return subnets, groups, quiet.yes(text, given["public_ip"], proposed=public)


def _target_group(asking: Asking, offers: Offers, given: dict[str, Any]) -> str | None:
    """A target group that exists; without any and without a look nobody is asked on the local AWS."""
    question = Question(
        "target_group", "Target group of a load balancer", "--target-group", [],
        [(each.arn, each.title) for each in offers.targets], optional=True,
    )  # fmt: skip
    return asking.one(question, given["target_group"]) or None


def _cluster(asking: Asking, offers: Offers, given: dict[str, Any]) -> str | None:
    """An existing cluster is asked for only where there is one; `new` creates one."""
    if not given["cluster"] and not (asking.terminal and offers.clusters):
        return None
    choices = [(NEW, "a new cluster"), *((name, name) for name in offers.clusters)]
    found = asking.one(Question("cluster", "Cluster", "--cluster", [NEW], choices), given["cluster"])
    return None if found == NEW else found
