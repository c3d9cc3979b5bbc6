"""`pipectl policy`: the permissions that a spec needs."""

from typing import TYPE_CHECKING, Any

import click

from pipectl.cli._options import Chosen, Settings, aws_options, specs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipectl.aws.account import Account
    from pipectl.spec.spec import Spec

PURPOSES = ("plan", "create", "status", "operate", "destroy")


@click.command()
@specs
@click.option(
    "--for",
    "purposes",
    multiple=True,
    type=click.Choice(PURPOSES),
    help="Only what these need; `operate` are the gates, the acts, logs, history and why",
)
@click.option("--split", is_flag=True, help="A list of documents, each short enough for a managed policy")
@aws_options
def command(settings: Settings, chosen: Chosen, purposes: tuple[str, ...], split: bool) -> None:
    """Print a least-privilege IAM policy

    It names the resources of the SPECs, and `*` only for actions that know no resources. `create` includes
    what `plan` needs, `operate` what `status` needs. Nothing is asked of AWS where a SPEC states its account
    and Region.
    """
    from pipectl.aws import policy_parts
    from pipectl.aws.permissions import Purpose
    from pipectl.cli import _session, _specs
    from pipectl.render.document import document
    from pipectl.review import policy

    loaded = _specs.load(chosen, values=False)
    purpose = Purpose(0)
    for word in purposes or PURPOSES:
        purpose |= Purpose[word.upper()]
    allowed = policy.joined(
        policy.statements(spec, account, purpose) for spec, account in _accounts(loaded, settings)
    )
    whole = policy_parts.document(allowed)
    if not split and policy_parts.size(whole) > policy_parts.MANAGED:
        _session.tell(
            f"this policy has {policy_parts.size(whole):,} characters, and a managed policy takes"
            f" {policy_parts.MANAGED:,}; `--split` prints several, `--for` less"
        )
    printed: Any = policy.documents(allowed) if split else whole
    click.echo(document(printed, "yaml" if settings.output == "yaml" else "json"))


def _accounts(loaded: "Sequence[Spec]", settings: Settings) -> "Iterator[tuple[Spec, Account]]":
    """Each spec with its account: as stated, so that it can be asked for before anybody may do anything."""
    from pipectl import flow
    from pipectl.aws.account import Account, partition
    from pipectl.cli import _session

    with _session.connected(settings, loaded) as connection:
        for spec in loaded:
            flow.refuse_other_region(spec, settings.region)
            region = spec.region or settings.region
            if spec.account and region:
                yield spec, Account(spec.account, region, partition(region))
            else:
                yield spec, connection.cloud(spec.region).account
