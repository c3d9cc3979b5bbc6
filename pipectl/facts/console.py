"""Where the AWS console of a partition answers (page "AWS Management Console endpoints and quotas").

AWS's General Reference: the console of `aws`, of `aws-us-gov` and of `aws-cn` have domains of their own.
"""

from pipectl.facts.place import partition

DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
}
"""Partition -> the console's domain; a Region stands before it."""


def connections(region: str) -> str:
    """The page on which a person completes a connection (Developer Tools, Settings, Connections)."""
    return f"https://{_host(region)}/codesuite/settings/connections?region={region}"


def _host(region: str) -> str:
    return f"{region}.{DOMAINS.get(partition(region), DOMAINS['aws'])}"
