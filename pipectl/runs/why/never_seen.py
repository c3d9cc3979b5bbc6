"""No execution has the commit: it is elsewhere, or nothing told the pipeline of it."""

from collections.abc import Mapping
from typing import Any

from pipectl.aws.cloud import find
from pipectl.errors import AwsError
from pipectl.runs.why import commits, rules
from pipectl.runs.why.answers import Commit, NeverSeen
from pipectl.runs.why.sight import Sight

WITH_RULES = ("CodeCommit", "ECR", "S3")
"""Sources whose changes EventBridge tells; CodeCommit and S3 can be polled instead."""


def never_seen(sight: Sight, commit: Commit) -> NeverSeen:
    """The first reason that is found."""
    return _elsewhere(sight, commit) or _undetected(sight)


def _source(sight: Sight) -> Mapping[str, Any]:
    action: Mapping[str, Any] = sight.declaration["stages"][0]["actions"][0]
    return action


def _elsewhere(sight: Sight, commit: Commit) -> NeverSeen | None:
    """The commit is not on the branch that the pipeline follows."""
    where = commits.branch(sight)
    if where is None:
        return None
    names = {"repository": where.repository, "branch": where.name}
    tip = commits.tip(sight, where)
    if tip is None:
        return NeverSeen("no_repository", names)
    if tip.startswith(commit.id) or any(
        each.id.startswith(commit.id) for each in commits.walk(sight, where.repository, tip)
    ):
        return None
    is_known = len(commit.id) == len(tip) and commits.known(sight, where.repository, commit.id)
    return NeverSeen("other_branch" if is_known else "not_pushed", names)


def _undetected(sight: Sight) -> NeverSeen:
    """Nothing, or something wrong, starts the pipeline when its source changes."""
    action = _source(sight)
    provider = action["actionTypeId"]["provider"]
    configuration: Mapping[str, str] = action.get("configuration") or {}
    if provider == "CodeStarSourceConnection":
        return _connection(sight, configuration)
    # User guide, PollForSourceChanges: CodeCommit and S3 poll unless it is said otherwise; ECR never does.
    polls = configuration.get("PollForSourceChanges", "true").lower() == "true" and provider != "ECR"
    if provider in WITH_RULES and not polls:
        return rules.undetected(sight.cloud, sight.pipeline, provider, configuration)
    return NeverSeen("unknown", {"source": provider})


def _connection(sight: Sight, configuration: Mapping[str, str]) -> NeverSeen:
    """A complete connection starts the pipeline by itself, unless detection is off (fact sheet, 3.11)."""
    arn = configuration.get("ConnectionArn", "")
    names = {"connection": arn, "branch": configuration.get("BranchName", "")}
    status = _connection_status(sight, arn)
    if status == "":
        return NeverSeen("connection_gone", names)
    if status not in (None, "AVAILABLE"):
        return NeverSeen("connection_pending", {**names, "status": str(status)})
    if configuration.get("DetectChanges", "true").lower() == "false":
        return NeverSeen("detection_off", names)
    if sight.declaration.get("triggers"):
        return NeverSeen("filtered", names)
    return NeverSeen("unknown", {"source": "CodeStarSourceConnection", **names})


def _connection_status(sight: Sight, arn: str) -> str | None:
    """AWS' word; empty when there is no such connection, None when it may not be asked for."""
    service = "codestar-connections" if ":codestar-connections:" in arn else "codeconnections"
    try:
        answer = find(
            ["ResourceNotFoundException"], sight.cloud, service, "get_connection", ConnectionArn=arn
        )
    except AwsError:
        return None
    return str(answer["Connection"]["ConnectionStatus"]) if answer else ""
