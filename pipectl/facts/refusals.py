"""Refusals that no permission and no waiting mends, and what does: one table, with sources."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """An error by service (all where none is named), codes and message, and what helps against it."""

    codes: tuple[str, ...]
    way_out: str
    source: str
    service: str = ""
    message: str = ""
    """A regular expression; empty for any message."""

    def fits(self, service: str, code: str, message: str) -> bool:
        """Whether an error is this refusal."""
        return (
            self.service in ("", service)
            and code in self.codes
            and re.search(self.message, message, re.IGNORECASE) is not None
        )


REFUSALS = (
    Refusal(
        ("OperationNotAllowedException",),
        "this account may not create CodeCommit repositories: create the first one in the console or ask AWS "
        "Support, or take the source from another Git host with `connection:`",
        'CodeCommit API reference, CreateRepository; AWS DevOps blog, "How to migrate your AWS CodeCommit '
        'repository to another Git provider"',
        service="codecommit",
    ),
    Refusal(
        ("InvalidParameterException", "ClientException"),
        "`aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com` creates the role of ECS",
        'ECS developer guide, "Using service-linked roles for Amazon ECS"',
        service="ecs",
        message="service.linked role",
    ),
    Refusal(
        ("OptInRequired", "SubscriptionRequiredException", "AccountProblem", "PendingVerification"),
        "this account is not active for the service: finish signing up, or ask AWS Support",
        'General reference, "Common errors"',
    ),
    Refusal(
        ("AccessDeniedException", "SubscriptionRequiredException"),
        "this account is not active for the service: finish signing up, or ask AWS Support",
        'General reference, "Common errors"',
        message="needs a subscription for the service|account is not (?:yet )?(?:active|verified)",
    ),
    Refusal(
        ("RegionDisabledException", "RegionDisabled"),
        "enable the Region first: `aws account enable-region --region-name NAME`, or name another Region",
        'Account Management reference, "Enable or disable AWS Regions in your account"',
    ),
    Refusal(
        (
            "AccountLimitExceededException",
            "LimitExceeded",
            "LimitExceededException",
            "MaximumRepositoryNamesExceededException",
            "QuotaExceeded",
            "QuotaExceededException",
            "RepositoryLimitExceededException",
            "ResourceLimitExceededException",
            "ServiceQuotaExceededException",
            "TooManyBuckets",
        ),
        "a quota of the account is full: delete what is no longer used, or raise it in Service Quotas",
        "the services' API references; a policy that is too large is another thing",
        message="^(?!.*policy size)",
    ),
)


def way_out(service: str, code: str, message: str) -> str | None:
    """What helps against a refusal; None where nothing is known."""
    return next((each.way_out for each in REFUSALS if each.fits(service, code, message)), None)


CLOCK = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"})
CLOCK_MESSAGE = re.compile(r"signature (?:expired|not yet current)|must be within \d+ minutes", re.IGNORECASE)
"""A signature is good for five minutes; S3 takes fifteen (General reference, "Troubleshooting requests")."""


def is_clock(code: str, message: str) -> bool:
    """Whether AWS refused a signature because this machine's clock is wrong."""
    return code in CLOCK or CLOCK_MESSAGE.search(message) is not None


ALWAYS_ENABLED = frozenset({
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
})  # fmt: skip
"""Regions of the partition `aws` that nobody has to enable (Account Management reference, "Enable or disable
AWS Regions in your account"). In all others, credentials that a Region does not know may be good."""
