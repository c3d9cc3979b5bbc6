"""Namespaces of Cloud Map: stated by a name or an ARN, answered as an ARN."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find
from pipectl.aws.permissions import Need, Purpose, needs
from pipectl.errors import AccessDenied

HOLDERS = ("serviceConnectConfiguration", "serviceConnectDefaults")
"""Parameters of a service and of a cluster that name a namespace."""


def as_stated(cloud: Cloud, stated: Mapping[str, Any] | None, found: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, its namespaces as they are stated where they are these, or where nobody may say.

    API reference of ECS, ServiceConnectConfiguration and ClusterServiceConnectDefaults: "The namespace name
    or full ARN". Cloud Map is asked only for the name of an ARN where a name is stated.
    """
    answer = dict(found)
    for holder in HOLDERS:
        wanted, told = ((side.get(holder) or {}).get("namespace") for side in (stated or {}, found))
        if wanted and told and wanted != told:
            answer[holder] = {**found[holder], "namespace": _one(cloud, wanted, told)}
    return answer


def _one(cloud: Cloud, stated: str, found: str) -> str:
    if stated.startswith("arn:") == found.startswith("arn:"):
        return found
    arn, name = (stated, found) if stated.startswith("arn:") else (found, stated)
    told = _name(cloud, arn)
    return stated if told in (None, name) else found


def _name(cloud: Cloud, arn: str) -> str | None:
    """The name of a namespace; None when Cloud Map does not tell."""
    missing = ("NamespaceNotFound", "InvalidInput")
    try:
        answer = find(missing, cloud, "servicediscovery", "get_namespace", Id=arn.rpartition("/")[2])
    except AccessDenied:
        return None
    return str(answer["Namespace"]["Name"]) if answer else None


def looking_up(account: Account, stated: Mapping[str, Any] | None) -> Iterator[Need]:
    """What telling a namespace's name from its ARN needs of the caller.

    Service Authorization Reference, AWS Cloud Map.
    """
    if any(((stated or {}).get(holder) or {}).get("namespace") for holder in HOLDERS):
        every = account.arn("servicediscovery", "namespace/*")
        yield from needs(Purpose.PLAN, [every], "servicediscovery:GetNamespace")
