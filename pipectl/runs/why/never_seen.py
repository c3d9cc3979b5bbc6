"""No execution has the commit: it is elsewhere, or nothing told the pipeline of it."""

from collections.abc import Mapping

from pipectl.command import git as git_command
from pipectl.errors import WrongUsage
from pipectl.runs.connection import AVAILABLE, MISSING, connection_status
from pipectl.runs.declared import providers
from pipectl.runs.verbs.start import COMMIT, PROVIDERS
from pipectl.runs.why import commits, rules
from pipectl.runs.why.answers import Commit, NeverSeen
from pipectl.runs.why.sight import Sight
from pipectl.spec.problems import shown

WITH_RULES = ("CodeCommit", "ECR", "S3")
"""Sources whose changes EventBridge tells; CodeCommit and S3 can be polled instead."""


def never_seen(sight: Sight, commit: Commit) -> NeverSeen:
    """The first reason that is found: of the source that has the commit, else of the one that might."""
    is_commit = commits.PREFIX.fullmatch(commit.id) is not None
    where = list(commits.branches(sight)) if is_commit else []
    elsewhere = [_elsewhere(sight, commit, each) for each in where]
    if None in elsewhere:
        return _undetected(sight, where[elsewhere.index(None)].action)
    told = [each for each in elsewhere if each]
    if told:
        return next((each for each in told if each.reason == "other_branch"), told[0])
    git = () if is_commit else PROVIDERS[COMMIT]
    others = [name for name, provider in providers(sight.sources).items() if provider not in git]
    if not others:
        raise WrongUsage(
            f"{shown(commit.id)} is no commit",
            hint=f"{git_command('rev-parse', 'NAME')} tells the id of a branch or tag",
        )
    return _undetected(sight, others[0])


def _elsewhere(sight: Sight, commit: Commit, where: commits.Branch) -> NeverSeen | None:
    """Why the commit is not on the branch that a source follows; None when it is."""
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


def _undetected(sight: Sight, source: str) -> NeverSeen:
    """Nothing, or something wrong, starts the pipeline when a source changes."""
    action = next(each for each in sight.sources if each["name"] == source)
    provider = action["actionTypeId"]["provider"]
    configuration: Mapping[str, str] = action.get("configuration") or {}
    if provider == "CodeStarSourceConnection":
        return _connection(sight, configuration)
    # User guide, PollForSourceChanges: CodeCommit and S3 poll unless it is said otherwise; ECR never does.
    polls = configuration.get("PollForSourceChanges", "true").lower() == "true" and provider != "ECR"
    if provider in WITH_RULES and not polls:
        others = [each for each in sight.sources if each["name"] != source]
        return rules.undetected(sight.cloud, sight.pipeline, action, others)
    return NeverSeen("unknown", {"source": provider})


def _connection(sight: Sight, configuration: Mapping[str, str]) -> NeverSeen:
    """A complete connection starts it, unless detection is off (docs/aws/codepipeline.md, 3.11)."""
    arn = configuration.get("ConnectionArn", "")
    repository, branch = (configuration.get(key, "") for key in ("FullRepositoryId", "BranchName"))
    names = {"connection": arn, "branch": branch, "repository": repository}
    status = connection_status(sight.cloud, arn)
    if status == MISSING:
        return NeverSeen("connection_gone", names)
    if status not in (None, AVAILABLE):
        return NeverSeen("connection_pending", {**names, "status": status})
    if configuration.get("DetectChanges", "true").lower() == "false":
        return NeverSeen("detection_off", names)
    if sight.declaration.get("triggers"):
        return NeverSeen("filtered", names)
    return NeverSeen("unknown", {"source": "CodeStarSourceConnection", **names})
