"""Configuration of actions that CodePipeline refuses: missing, unknown, said twice, empty or too long."""

from collections.abc import Iterator

from pipectl.kinds.declaration import configuration
from pipectl.kinds.providers import Provider
from pipectl.rules._tools import PlacedAction, actions, error, key_error, key_warning, written
from pipectl.spec.problems import Problem, did_you_mean, shown
from pipectl.spec.spec import Spec

RULE = "provider-configuration"
LONGEST = 1000
"""Of one value (service model, ActionConfigurationValue)."""
NO_WORD = {
    "CodeBuild": {"ServiceRoleArnOverride"},
    "Commands": {"VpcId", "Subnets", "SecurityGroupIds"},
    "Lambda": {"FunctionAlias", "PublishedTargetVersion", "DeployStrategy", "Alarms"},
    "CodeDeployToECS": {f"Image{n}{what}Name" for n in range(1, 5) for what in ("Artifact", "Container")},
    "S3": {"KMSEncryptionKeyARN"},
    "CodePipeline": {"SourceRevisions", "Variables"},
}
"""Keys that AWS takes and pipectl has no word for (user guide, "action-reference-*")."""
REPOSITORY = "owner/name"


def check(spec: Spec) -> Iterator[Problem]:
    """Every action of a known provider."""
    for each in actions(spec):
        known = each.wire.provider
        if known is not None:
            yield from _required(spec, each, known)
            yield from _written(spec, each, known)
            yield from _values(spec, each, known)
            yield from _formats(spec, each)


def _required(spec: Spec, each: PlacedAction, known: Provider) -> Iterator[Problem]:
    for key in sorted(known.required):
        theirs = known.keys[key]
        given = getattr(each.action, key) is not None or theirs in each.action.configuration
        if not given and not written(spec, each.value_path(key)):
            message = f"{each.name} has no `{key}`"
            yield key_error(spec, each.path, RULE, message, f"{each.action.provider} needs it")
    whole = each.action.provider == "S3" and each.action.extract is False and each.action.key is None
    if whole and each.wire.category == "Deploy" and "ObjectKey" not in each.action.configuration:
        message = f"{each.name} has no `key`"
        yield key_error(spec, each.path, RULE, message, "S3 needs it with `extract: false`")


def _written(spec: Spec, each: PlacedAction, known: Provider) -> Iterator[Problem]:
    """`configuration:`, in AWS's own keys."""
    ours = {theirs: key for key, theirs in known.keys.items()}
    for theirs in each.action.configuration:
        path = (*each.path, "configuration", theirs)
        if theirs in ours and getattr(each.action, ours[theirs]) is not None:
            message = f"`{ours[theirs]}` and `configuration.{theirs}` are the same"
            yield key_error(spec, path, RULE, message, "take one of them out")
        elif theirs not in ours and theirs not in NO_WORD.get(each.action.provider, ()):
            message = f"{each.action.provider} has no configuration {shown(theirs)}"
            near = did_you_mean(theirs, [*ours, *NO_WORD.get(each.action.provider, ())])
            report = key_error if near else key_warning
            yield report(spec, path, RULE, message, near or f"pipectl knows {', '.join(ours) or 'none'}")


def _values(spec: Spec, each: PlacedAction, known: Provider) -> Iterator[Problem]:
    ours = {theirs: key for key, theirs in known.keys.items()}
    for theirs, value in configuration(each.wire).items():
        friendly = theirs in ours and theirs not in each.action.configuration
        key = ours[theirs] if friendly else theirs
        path = (*each.path, key) if friendly else (*each.path, "configuration", theirs)
        if not value:
            yield error(spec, path, RULE, f"`{key}` of {each.name} is empty", "write a value, or take it out")
        elif len(value) > LONGEST:
            message = f"`{key}` of {each.name} has {len(value)} characters as CodePipeline takes it"
            yield error(spec, path, RULE, message, f"at most {LONGEST} are taken")


def _formats(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    action = each.action
    if action.provider == "CodeStarSourceConnection" and action.repository and "/" not in action.repository:
        message = f"the repository of a connection is written {REPOSITORY}, not {shown(action.repository)}"
        yield error(spec, each.value_path("repository"), RULE, message, f"write `OWNER/{action.repository}`")
    if action.branch and action.branch.startswith("refs/heads/"):
        branch = action.branch.removeprefix("refs/heads/")
        message = "a branch is named without `refs/heads/`"
        yield error(spec, each.value_path("branch"), RULE, message, f"write `branch: {branch}`")
