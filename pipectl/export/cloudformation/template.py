"""The template: every entry with its texts said, its parameters and conditions, and what got lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation import (
    anywhere,
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
from pipectl.export.cloudformation.saying import say
from pipectl.export.cloudformation.values import Entry, Fn, Names, Parameter, logical_names, secret_names
from pipectl.export.design import ANYWHERE, Design
from pipectl.export.wording import Name, Wording
from pipectl.kinds import bucket as buckets
from pipectl.kinds import log_group as log_groups
from pipectl.kinds import notification as notifications
from pipectl.kinds import pipeline as pipelines
from pipectl.kinds import project as projects
from pipectl.kinds import repository as repositories
from pipectl.kinds import role as roles
from pipectl.kinds import rule as rules
from pipectl.kinds import service as services
from pipectl.kinds import source as sources
from pipectl.kinds import topic as topics
from pipectl.kinds.cluster import NAME as CLUSTERS
from pipectl.review.hiding import IN_JSON, marked

ENTRIES: Mapping[str, Callable[[Resource, Names], Iterator[Entry]]] = {
    sources.NAME: source.entries,
    repositories.NAME: repository.entries,
    log_groups.NAME: log_group.entries,
    buckets.NAME: bucket.entries,
    roles.NAME: role.entries,
    CLUSTERS: cluster.entries,
    services.NAME: service.entries,
    projects.NAME: project.entries,
    rules.NAME: rule.entries,
    pipelines.NAME: pipeline.entries,
    topics.NAME: topic.entries,
    notifications.NAME: notification.entries,
}

RANKS = {
    "AWS::CodeCommit::Repository": 0,
    "AWS::ECR::Repository": 0,
    "AWS::Logs::LogGroup": 0,
    "AWS::S3::Bucket": 0,
    "AWS::SNS::Topic": 0,
    "AWS::IAM::Role": 1,
}
"""Only things of a lower rank are referred to, so that no two wait for each other; all others have rank 2."""

HOLDING = frozenset({
    "AWS::CodeCommit::Repository", "AWS::ECR::Repository", "AWS::Logs::LogGroup", "AWS::S3::Bucket",
})  # fmt: skip
"""Types that hold what cannot be made again: a stack set that goes leaves them, too."""


@dataclass(frozen=True)
class Template:
    """A template as values, and what is said beside it on stderr."""

    stack: str
    entries: tuple[Entry, ...]
    parameters: Mapping[str, Parameter]
    is_set: bool
    lost: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def secrets(self) -> list[str]:
        """The parameters that stand for secrets."""
        return [name for name, each in self.parameters.items() if each.is_secret]

    @property
    def conditions(self) -> dict[str, Fn]:
        """All conditions of the entries."""
        return {name: said for entry in self.entries for name, said in entry.conditions.items()}

    def resource(self, entry: Entry) -> dict[str, Any]:
        """One entry of `Resources`. What is imported needs a DeletionPolicy (user guide, resource import)."""
        said: dict[str, Any] = {"Type": entry.type}
        if not self.is_set or entry.type in HOLDING:
            said |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        return {**said, "Properties": dict(entry.properties)}


def _secret(design: Design, variable: str) -> str:
    return f"{variable.removeprefix('SECRET_')}, a secret of {design.owners(variable)}"


def template(design: Design, *, only_importable: bool = False) -> Template:
    """A spec's system as a template; with `only_importable` without the types that cannot be imported."""
    is_set = design.account.region == ANYWHERE
    entries = _entries(design, design.resources, is_set=is_set)
    if only_importable:
        left_out = tuple(
            f"{each.resource.kind} {each.resource.name}" for each in entries if not each.identifier
        )
        stay = tuple(each.resource for each in entries if each.identifier)
        unique = tuple({resource.key: resource for resource in stay}.values())
        entries = _entries(design, unique, is_set=is_set)
    else:
        left_out = ()
    needed = anywhere.givens(entries, Wording(design)) if is_set else {}
    if is_set:
        entries = [anywhere.placed(entry, needed) for entry in entries]
    secrets = secret_names(design.secrets)
    hidden = {
        marked(variable, times): (Name(name),)
        for variable, name in secrets.items()
        for times in (1, IN_JSON)  # there is no function that writes JSON: it is given as it stands there
    }
    wording = Wording(design, {**anywhere.said(needed, design.account.partition), **hidden})
    parameters = {name: Parameter(each.type, each.description) for name, each in needed.items()}
    parameters |= {
        name: Parameter("String", _secret(design, variable), is_secret=True)
        for variable, name in secrets.items()
    }
    for entry in entries:
        parameters |= entry.parameters
    return Template(
        design.spec.name,
        tuple(_said(entry, entries, wording) for entry in entries),
        parameters,
        is_set,
        tuple(f"{each.resource.kind} {each.resource.name}: {path}" for each in entries for path in each.lost),
        left_out,
    )


def _entries(design: Design, resources: tuple[Resource, ...], *, is_set: bool) -> list[Entry]:
    logical = logical_names(resources, design.spec.name, design.account.region)
    names = Names(design.account, logical, Wording(design).regions, is_set)
    return [entry for resource in resources for entry in ENTRIES[resource.kind](resource, names)]


def _said(entry: Entry, entries: Sequence[Entry], wording: Wording) -> Entry:
    rank = RANKS.get(entry.type, len(RANKS))
    attributes = {
        text: (Name(attribute),)
        for other in entries
        if RANKS.get(other.type, len(RANKS)) < rank
        for text, attribute in other.gives.items()
    }
    return replace(entry, properties=say(wording.knowing(attributes), dict(entry.properties)))
