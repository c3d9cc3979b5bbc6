"""The state of a connection to a Git host (API reference of AWS CodeConnections, GetConnection)."""

from pipectl.aws.cloud import Cloud, find
from pipectl.errors import AwsError

AVAILABLE = "AVAILABLE"
MISSING = "MISSING"


def connection_status(cloud: Cloud, arn: str) -> str | None:
    """`AVAILABLE`, `PENDING` or `ERROR`; MISSING when it does not exist.

    None where it cannot be told: it may not be asked for, or it is in another Region, where it works too.
    """
    service, region = arn.split(":")[2:4] if arn.count(":") == 5 else ("", "")  # noqa: PLR2004  an ARN
    if region != cloud.account.region:
        return None
    client = "codestar-connections" if service == "codestar-connections" else "codeconnections"
    try:
        answer = find(["ResourceNotFoundException"], cloud, client, "get_connection", ConnectionArn=arn)
    except AwsError:
        return None
    return str(answer["Connection"]["ConnectionStatus"]) if answer else MISSING
