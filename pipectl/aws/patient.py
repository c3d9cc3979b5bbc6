"""A Cloud that waits where AWS settles late: roles that are not usable yet, things just being deleted.

Throttling, lost connections and 5xx answers are botocore's to retry (session.py); here stand only the
refusals that are true now and will not be in a moment.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud
from pipectl.errors import AwsError, Interrupted
from pipectl.stop import Stop

PATIENCE = 120.0
"""Seconds that AWS may take to settle. IAM names no bound; a minute or two was seen (fact sheet, IAM)."""

DRAINING = 5
"""How many times longer tasks may take to stop: a load balancer drains a target for 5 minutes unless it is
told otherwise (its target group's `deregistration_delay`), and botocore's `services_inactive` waits 10."""

ROLE_WRITES = frozenset({"create_role", "put_role_policy", "update_assume_role_policy", "attach_role_policy"})


@dataclass(frozen=True)
class Unsettled:
    """An answer that time mends. With `needs_new_role`, only after this run wrote the role.

    `times` is how many times the usual patience it may take.
    """

    service: str
    code: str
    said: str
    reason: str
    needs_new_role: bool = True
    times: int = 1


# The messages are those of the fact sheet's tables (services, sections 1.1, 1.3, 5, 6 and 7), which take them
# from terraform-provider-aws and the issues that quote the live services.
UNSETTLED = (
    Unsettled("codebuild", "InvalidInputException", "ot authorized to perform", "the new role"),
    Unsettled(
        "codepipeline", "InvalidStructureException", "not authorized to perform AssumeRole", "the new role"
    ),
    Unsettled("ecs", "InvalidParameterException", "verify that the ECS service role", "the new role"),
    Unsettled("ecs", "InvalidParameterException", "ssume the service linked role", "ECS's own role", False),
    Unsettled(
        "ecs", "InvalidParameterException", "still Draining", "the old service to drain", False, DRAINING
    ),
    Unsettled("ecs", "ClusterNotFoundException", "", "the new cluster", False),
    # A stage of the update that was just sent: that its state may answer late is inferred.
    Unsettled("codepipeline", "StageNotFoundException", "", "the changed stages", False),
    Unsettled("ecs", "ClusterContainsServicesException", "", "its services", False, DRAINING),
    Unsettled("ecs", "ClusterContainsTasksException", "", "its tasks", False, DRAINING),
    Unsettled("events", "ValidationException", "cannot be assumed by principal", "the new role"),
    Unsettled("events", "ConcurrentModificationException", "", "another change of the rule", False),
    Unsettled("s3", "MalformedPolicy", "Invalid principal in policy", "the new role"),
    Unsettled("s3", "OperationAborted", "", "another change of the bucket", False),
    Unsettled("s3", "NoSuchBucket", "", "the new bucket", False),
    Unsettled("iam", "MalformedPolicyDocument", "Invalid principal in policy", "the new role"),
    Unsettled("iam", "ConcurrentModification", "", "another change of the role", False),
    Unsettled("logs", "OperationAbortedException", "", "another change of the log group", False),
)

ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/(?:[^\s/]+/)*([\w+=,.@-]*[\w+=,@-])")
"""An ARN of a role in a message, with the role's name; a full stop behind it belongs to the sentence."""

CREATIONS = {
    "ClusterNotFoundException": "create_cluster",
    "NoSuchBucket": "create_bucket",
    "StageNotFoundException": "update_pipeline",
}
"""Which creation must have been sent in this run, for the answer to mean `not yet`."""


class Patient:
    """Sends a call again while AWS's answer says that something new is not settled.

    `say` is told what is waited for; `stop` ends all waiting; a call waits at most `patience` seconds, or for
    tasks to stop a multiple of that.
    """

    def __init__(
        self, cloud: Cloud, say: Callable[[str], None], stop: Stop, patience: float = PATIENCE
    ) -> None:
        self._cloud = cloud
        self._say = say
        self._stop = stop
        self._patience = patience
        self._written: set[str] = set()
        self._roles: set[str] = set()

    @property
    def account(self) -> Account:
        """The account behind the door."""
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Send one call, again and again while it is refused for a reason that passes."""
        started = time.monotonic()
        pause = 1.0
        while True:
            try:
                answer = self._cloud.call(service, operation, **params)
            except AwsError as error:
                case = self._case(error)
                waited = time.monotonic() - started
                if case is None:
                    raise
                if waited >= self._patience * case.times:
                    raise self._given_up(error, case.reason, waited) from error
                self._wait(case.reason, waited, pause)
                pause = min(pause * 1.6, 10.0)
            else:
                self._written.add(operation)
                if operation in ROLE_WRITES:
                    self._roles.add(params["RoleName"])
                return answer

    def _wait(self, reason: str, waited: float, pause: float) -> None:
        self._say(f"waiting for {reason}, {waited:.0f} s")
        if self._stop.wait(pause):
            raise Interrupted(f"interrupted while waiting for {reason}")

    def _case(self, error: AwsError) -> Unsettled | None:
        for case in UNSETTLED:
            if case.service == error.service and case.code == error.code and case.said in error.said:
                return case if self._passes(case, error.said) else None
        return None

    def _passes(self, case: Unsettled, said: str) -> bool:
        """A message that names a role of which this run wrote nothing is true, now and in two minutes."""
        if case.code in CREATIONS:
            return CREATIONS[case.code] in self._written
        if not case.needs_new_role:
            return True
        named = set(ROLE.findall(said))
        return bool(named & self._roles if named else self._roles)

    def _given_up(self, error: AwsError, reason: str, waited: float) -> AwsError:
        said = f"{error.said} (tried for {waited:.0f} s, waiting for {reason})"
        return AwsError(error.service, error.operation, error.code, said, hint=error.hint)
