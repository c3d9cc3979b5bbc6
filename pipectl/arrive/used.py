"""What a pipeline uses, as its declaration names it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipectl.aws.account import Account

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Used:
    """Names of what actions use in the pipeline's own Region; services as `cluster/service`."""

    codecommit: tuple[str, ...] = ()
    ecr: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


def used(pipelines: Iterable[Raw], account: Account) -> Used:
    """What the actions of all pipelines use. What another account or Region has is left to the action."""
    here = [
        (each["actionTypeId"], each.get("configuration") or {})
        for pipeline in pipelines
        for each in _actions(pipeline)
        if each.get("region") in (None, "", account.region) and not each.get("roleArn")
    ]
    services = [(_of(here, "ECS", "ClusterName"), _of(here, "ECS", "ServiceName"))]
    return Used(
        codecommit=_plain(_of(here, "CodeCommit", "RepositoryName")),
        ecr=_plain(
            [*_of(here, "ECR", "RepositoryName"), *_of(here, "ECRBuildAndPublish", "ECRRepositoryName")]
        ),
        projects=_plain(_of(here, "CodeBuild", "ProjectName")),
        services=_plain(
            f"{cluster}/{service}"
            for clusters, names in services
            for cluster, service in zip(clusters, names, strict=True)
        ),
    )


def _actions(pipeline: Raw) -> Iterator[Raw]:
    for stage in pipeline["stages"]:
        yield from stage["actions"]


def _of(here: Iterable[tuple[Raw, Raw]], provider: str, key: str) -> list[str]:
    return [
        values.get(key, "") for kind, values in here if (kind["owner"], kind["provider"]) == ("AWS", provider)
    ]


def _plain(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once; one that a variable of the pipeline makes is known to nobody beforehand."""
    return tuple(dict.fromkeys(name for name in names if name and "#{" not in name))


def images(account: Account, texts: Iterable[str]) -> tuple[str, ...]:
    """The repositories of the account's own registry that are named in texts."""
    host = re.escape(account.registry)
    found = re.compile(rf"{host}/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)")
    return tuple(dict.fromkeys(name for text in texts for name in found.findall(text)))
