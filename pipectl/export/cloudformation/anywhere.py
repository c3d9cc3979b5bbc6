"""What a stack set must be told in each account and Region: what nobody can choose, or what is elsewhere."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipectl.export.cloudformation.values import Entry, Fn
from pipectl.export.design import ANYWHERE, UNKNOWN
from pipectl.export.wording import PARTITION, Name, Parts, Wording

RANDOM = frozenset({
    "acm", "codeconnections", "codestar-connections", "elasticloadbalancing", "kms", "secretsmanager",
    "servicediscovery",
})  # fmt: skip
"""Services whose ARNs hold an id that nobody can choose: each account and Region has another one."""

IDS = {
    "subnet": ("Subnet", "AWS::EC2::Subnet::Id"),
    "sg": ("SecurityGroup", "AWS::EC2::SecurityGroup::Id"),
    "vpc": ("Vpc", "AWS::EC2::VPC::Id"),
}
ID = re.compile(r"\b(subnet|sg|vpc)-[0-9a-f]{8,17}\b")
ARN = re.compile(
    r"arn:[\w-]+:(?P<service>[a-z0-9-]+):[a-z0-9-]*:(?P<account>\d{12}):(?P<resource>[\w+=,.@/:*?-]+)"
)
ACCOUNT = re.compile(r"\d{12}")
SECRET = re.compile(r"arn:[\w-]+:secretsmanager:[a-z0-9-]*:\d{12}:secret:[\w/+=.@-]+")
"""The ARN of a secret, without the key, stage and version that ECS and CodeBuild allow behind it."""

REGISTRY = re.compile(r"\b(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")

PLACES = {"Location": "Bucket", "S3Bucket": "Bucket", "BucketName": "Bucket", "Region": "Region"}
"""Properties of a pipeline with names that are one for all accounts, or that are elsewhere."""


@dataclass(frozen=True)
class Given:
    """A text that must be given, as it is at home, and the parameter that it becomes."""

    text: str
    stem: str
    type: str
    description: str


def givens(entries: Sequence[Entry], home: Wording) -> dict[str, Given]:
    """Parameter -> what it stands for, numbered in the order in which it stands in the template."""
    found: dict[str, Given] = {}
    for each in _found(entries, home):
        found.setdefault(each.text, each)
    numbered: dict[str, Given] = {}
    for each in found.values():
        count = sum(other.stem == each.stem for other in numbered.values())
        numbered[f"{each.stem}{count + 1}"] = each
    return numbered


def _found(entries: Sequence[Entry], home: Wording) -> Iterator[Given]:
    for entry in entries:
        if entry.type == "AWS::CodePipeline::Pipeline":
            yield from _places(entry.properties)
        yield from _accounts(entry.properties, home)
        for text in _texts(entry.properties):
            yield from _arns(text, home)
            yield from _ids(text)
            yield from _registries(text, home)


def said(needed: Mapping[str, Given], partition: str) -> dict[str, Parts]:
    """Text -> what is said instead. Buckets and Regions only in ARNs: their names may be anybody's words."""
    found: dict[str, Parts] = {}
    for name, each in needed.items():
        if each.stem == "Bucket":
            found[f"arn:{partition}:s3:::{each.text}"] = ("arn:", PARTITION, ":s3:::", Name(name))
        elif each.stem == "Region":
            found[f":{each.text}:"] = (":", Name(name), ":")
        else:
            found[each.text] = (Name(name),)
    return found


def placed(entry: Entry, needed: Mapping[str, Given]) -> Entry:
    """A pipeline with parameters for its buckets and the Regions of others; anything else as it is."""
    if entry.type != "AWS::CodePipeline::Pipeline":
        return entry
    names = {(each.stem, each.text): name for name, each in needed.items()}
    return replace(entry, properties=_placed(entry.properties, names))


def _placed(value: Any, names: Mapping[tuple[str, str], str], key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {inner: _placed(item, names, inner) for inner, item in value.items()}
    if isinstance(value, list):
        return [_placed(item, names) for item in value]
    if isinstance(value, str) and (name := names.get((PLACES.get(key, ""), value))):
        return Fn("Ref", name)
    return value


def _places(value: Any) -> Iterator[Given]:
    if isinstance(value, list):
        for item in value:
            yield from _places(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in PLACES and isinstance(item, str):
                yield Given(item, PLACES[key], "String", f"What is {PLACES[key].lower()} {item} at home")
            else:
                yield from _places(item)


def _accounts(value: Any, home: Wording) -> Iterator[Given]:
    """Accounts that a policy names by their numbers."""
    if isinstance(value, list):
        for item in value:
            yield from _accounts(item, home)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            for text in _texts(item) if key == "Principal" else ():
                if ACCOUNT.fullmatch(text) and text not in home.accounts:
                    yield Given(text, "Account", "String", "Number of an account that a policy names")
            yield from _accounts(item, home)


def _arns(text: str, home: Wording) -> Iterator[Given]:
    for match in ARN.finditer(text):
        if match["account"] in home.accounts and match["service"] not in RANDOM:
            continue
        if match["account"] == UNKNOWN and ANYWHERE in match[0]:  # made by a kind, for a secret by its name
            continue
        secret = SECRET.match(match[0])
        arn = secret[0] if secret else match[0]
        stem = "".join(word.capitalize() for word in match["service"].split("-"))
        resource = arn.split(":", 5)[5]
        yield Given(arn, stem, "String", f"ARN of what is {resource} of {match['service']} at home")


def _ids(text: str) -> Iterator[Given]:
    for match in ID.finditer(text):
        yield Given(match[0], *IDS[match[1]], f"What is {match[0]} at home")


def _registries(text: str, home: Wording) -> Iterator[Given]:
    for match in REGISTRY.finditer(text):
        if match["account"] not in home.accounts or match["region"] not in home.regions:
            yield Given(
                match[0], "Registry", "String", "Host of the registry that is another account's at home"
            )


def _texts(value: Any) -> Iterator[str]:
    inner: Iterable[Any] = ()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Fn):
        inner = (value.value,)
    elif isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    for each in inner:
        yield from _texts(each)
