"""Which policy refused a call, as AWS's messages name it, and who can change it.

Source: IAM user guide, "Troubleshoot access denied error messages". A message says either "with an explicit
deny in a TYPE" or "because no TYPE allows the ACTION action"; since 2026 the ARN of the policy may follow.
"""

import re

WORDING = re.compile(
    r"explicit deny in (?:an?|the) (?P<denies>[a-z][a-z -]*? polic(?:y|ies)|permissions boundary)"
    r"|because no (?P<lacks>[a-z][a-z -]*? polic(?:y|ies)|permissions boundary) allows",
    re.IGNORECASE,
)
"""Both phrases, with the type of the policy. Older messages spell it with capitals."""

ENCODED = "Encoded authorization failure message"
"""What EC2 and what builds on it answers instead (STS API reference, DecodeAuthorizationMessage)."""

CHANGED_BY = {
    "service control policy": (
        "a service control policy of your organization denies this; "
        "whoever administers AWS Organizations can allow it, a policy of this account cannot"
    ),
    "resource control policy": (
        "a resource control policy of the organization that owns the resource denies this; "
        "whoever administers AWS Organizations can allow it, a policy of this account cannot"
    ),
    "permissions boundary": (
        "the permissions boundary of this user or role does not allow this; add the action to the boundary "
        "as well, or work as somebody without it"
    ),
    "session policy": (
        "the session policy that these temporary credentials were made with does not allow this; "
        "assume the role without it, or with a wider one"
    ),
    "vpc endpoint policy": (
        "the policy of the VPC endpoint that the call went through does not allow this; "
        "change that policy, or call from another network"
    ),
    "resource-based policy": (
        "the policy of the resource itself (bucket, key, repository, ...) refuses this; change it there, "
        "more permissions for the caller do not help"
    ),
    "role trust policy": (
        "the trust policy of the role does not let this caller assume it; change it at the role, "
        "or use another `--profile`"
    ),
}
"""Type of policy -> what helps. An identity-based policy that lacks a permission is what `pipectl policy` is
for."""

IDENTITY = "identity-based policy"
DENIED_BY_IDENTITY = (
    "a Deny statement in a policy of this user or role refuses this, whatever else allows it; "
    "remove the statement or narrow it"
)
DECODED = "`aws sts decode-authorization-message --encoded-message MESSAGE` says which policy refused it"


_DENIAL = re.compile(
    r"not authorized|access ?denied|insufficient permissions?|permission denied"
    r"|(?:not|n't) have (?:the )?(?:sufficient |required )?permissions?"
    r"|(?:could not|unable to|not able to) assume",
    re.IGNORECASE,
)
"""How actions say that a role lacks a permission, or cannot be assumed (CodePipeline user guide,
"Troubleshooting CodePipeline"; CodeBuild user guide, "Troubleshooting AWS CodeBuild")."""


def is_denial(message: str) -> bool:
    """Whether the text of a failed action speaks of a missing permission."""
    return _DENIAL.search(message) is not None


def way_out(message: str) -> str | None:
    """What helps against a denial; None where only a permission is missing, or the message does not say."""
    found = WORDING.search(message)
    if found is None:
        return DECODED if ENCODED in message else None
    policy = (found["denies"] or found["lacks"]).lower()
    if policy == IDENTITY:
        return DENIED_BY_IDENTITY if found["denies"] else None
    return CHANGED_BY.get(policy, f"a {policy} refuses this; change it there, `pipectl policy` does not help")
