"""The configuration: a resource and an import for each entry, and what got lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.design import Design
from pipectl.export.terraform import (
    bucket,
    cluster,
    log_group,
    notification,
    pipeline,
    project,
    repository,
    role,
    rule,
    service,
    source,
    topic,
)
from pipectl.export.terraform.hcl import Body, Expression, block
from pipectl.export.terraform.values import Entry, Names, labels
from pipectl.export.wording import Name, Parts, Wording
from pipectl.review.hiding import IN_JSON, marked

ENTRIES: Mapping[str, Callable[[Resource, Names], Iterator[Entry]]] = {
    "codecommit repository": source.entries,
    "ecr repository": repository.entries,
    "log group": log_group.entries,
    "s3 bucket": bucket.entries,
    "iam role": role.entries,
    "ecs cluster": cluster.entries,
    "ecs service": service.entries,
    "codebuild project": project.entries,
    "event rule": rule.entries,
    "pipeline": pipeline.entries,
    "sns topic": topic.entries,
    "notification rule": notification.entries,
}

RANKS = {
    "aws_codecommit_repository": 0,
    "aws_ecr_repository": 0,
    "aws_cloudwatch_log_group": 0,
    "aws_s3_bucket": 0,
    "aws_sns_topic": 0,
    "aws_iam_role": 1,
}
"""Only things of a lower rank are referred to, so that no two wait for each other; all others have rank 2."""

HEAD = """\
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
"""

PLACE = """\
data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  account    = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
}
"""


@dataclass(frozen=True)
class Configuration:
    """The configuration as text, and what is said beside it on stderr."""

    text: str
    lost: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    """The variables that stand for secrets."""


def configuration(design: Design) -> Configuration:
    """A spec's system as one file."""
    names = Names(design.account, labels(design.resources, design.spec.name, design.account.region))
    entries = [entry for resource in design.resources for entry in ENTRIES[resource.kind](resource, names)]
    secrets = {variable: variable.lower() for variable in design.secrets}
    hidden = {marked(variable): (Name(f"var.{name}"),) for variable, name in secrets.items()}
    hidden |= {marked(variable, IN_JSON): (_in_json(f"var.{name}"),) for variable, name in secrets.items()}
    wording = Wording(design, hidden)
    provider = block('provider "aws"', {"region": Expression(f'"{design.home.region}"')}, wording)
    parts = [HEAD.rstrip("\n"), provider, PLACE.rstrip("\n")]
    for variable, name in secrets.items():
        secret = {"type": Expression("string"), "description": f"a secret of {design.owners(variable)}"}
        parts.append(block(f'variable "{name}"', {**secret, "sensitive": True}, wording))
    for variable, described in ((n, d) for entry in entries for n, d in entry.variables.items()):
        body = {"type": Expression("string"), "description": described}
        parts.append(block(f'variable "{variable}"', body, wording))
    parts += [_text(entry, entries, wording) for entry in entries]
    lost = tuple(
        f"{each.resource.kind} {each.resource.name}: {path}" for each in entries for path in each.lost
    )
    return Configuration("\n\n".join(parts) + "\n", lost, tuple(secrets.values()))


def _in_json(variable: str) -> Name:
    """A variable as it stands between the quotes of JSON."""
    text = f"jsonencode({variable})"
    return Name(f"substr({text}, 1, length({text}) - 2)")


def _text(entry: Entry, entries: Sequence[Entry], home: Wording) -> str:
    rank = RANKS.get(entry.type, len(RANKS))
    known: dict[str, Parts] = {}
    for other in entries:
        if RANKS.get(other.type, len(RANKS)) < rank:
            known |= other.gives
    wording = home.knowing(known)
    head = f'resource "{entry.type}" "{entry.label}"'
    imported = {"to": Expression(entry.address), "id": entry.identifier}
    texts = [block(f"data {name}", body, home) for name, body in entry.data.items()]
    texts += [block("import", imported, home), block(head, {**entry.body, **_meta(entry, entries)}, wording)]
    return "\n\n".join(texts)


def _meta(entry: Entry, entries: Sequence[Entry]) -> dict[str, Any]:
    """What Terraform itself is told of a resource."""
    said: dict[str, Any] = {}
    if needed := _policies(entry, entries):
        said["depends_on"] = [Expression(address) for address in needed]
    if entry.ignored:
        reasons = "; ".join(dict.fromkeys(entry.ignored.values()))
        names = "all" if "all" in entry.ignored else f"[{', '.join(entry.ignored)}]"
        said["lifecycle"] = Body(ignore_changes=Expression(f"{names} # {reasons}"))
    return said


def _policies(entry: Entry, entries: Sequence[Entry]) -> list[str]:
    """The policies of the roles that an entry works with: they stand beside the roles, not in them."""
    roles = {text: each.label for each in entries if each.type == role.TYPE for text in each.gives}
    return [f"{role.POLICY_TYPE}.{roles[arn]}" for arn in entry.needs if arn in roles]
