"""The names of what is made without being asked (design, section 2); always the same for the same spec."""

import hashlib
import re

ROLE_LIMIT = 64
BUCKET_LIMIT = 63
RULE_LIMIT = 64
NOTIFICATION_LIMIT = 64
ARTIFACT_LIMIT = 100


def cut(name: str, limit: int) -> str:
    """The name, or as much of it as fits and a short hash of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-')}-{digest}"


def artifact_bucket(stack: str, account: str, region: str) -> str:
    """The name of a stack's artifact bucket. Bucket names are one namespace for all accounts."""
    return cut(f"{stack}-artifacts-{account}-{region}", BUCKET_LIMIT)


def role(stack: str, region: str, owner: str, purpose: str, prefix: str = "") -> str:
    """The name of a service role. IAM is one namespace for all Regions, hence the Region in it."""
    return cut(f"{prefix}{stack}-{region}-{owner.replace('/', '-')}-{purpose}", ROLE_LIMIT)


def rule(pipeline: str, action: str) -> str:
    """The name of the event rule that starts a pipeline for one source action."""
    return cut(f"{pipeline}-{action}".replace("@", "-"), RULE_LIMIT)


def notification(pipeline: str, key: str) -> str:
    """The name of a notification rule, which may hold letters, digits, `-`, `_` and blanks."""
    return cut(re.sub(r"[^A-Za-z0-9_ -]", "-", f"{pipeline}-{key}"), NOTIFICATION_LIMIT)


def artifact(action: str) -> str:
    """The name of an action's one output, which may hold no dot and no `@`, as action names may."""
    return cut(f"{action.replace('.', '_').replace('@', '_')}Output", ARTIFACT_LIMIT)
