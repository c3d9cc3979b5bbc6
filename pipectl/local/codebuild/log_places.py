"""Where the log of a build lies: CloudWatch Logs, Amazon S3 or both (API reference, LogsLocation)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.project_defaults import NO_S3_LOGS
from pipectl.local.codebuild.sources import S3_ARN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.codebuild.record import Build

_BOTH = {"cloudWatchLogs": {"status": "ENABLED"}, "s3Logs": NO_S3_LOGS}


def planned(project: Mapping[str, Any], account: str, region: str, partition: str) -> dict[str, Any]:
    """The logs of a build that was just started: names are `null`

    AWS CLI, example of retry-build; the link as recorded in radkawar/stackd, testdata/aws/codebuild.
    """
    console = f"https://console.aws.amazon.com/cloudwatch/home?region={region}"
    names = {
        "deepLink": f"{console}#logsV2:log-groups",
        "cloudWatchLogsArn": f"arn:{partition}:logs:{region}:{account}:log-group:null:log-stream:null",
    }
    stated = configured(project)
    return stated if stated["cloudWatchLogs"]["status"] == "DISABLED" else names | stated


def of_build(build: Build, region: str, partition: str) -> dict[str, Any]:
    """The logs of a build that runs

    Group and stream as `logsConfig` names them, else /aws/codebuild/PROJECT and the uuid (user guide).
    """
    stated = configured(build.project)
    stated |= _in_s3(build, partition)
    watched = stated["cloudWatchLogs"]
    if watched["status"] == "DISABLED":
        return stated
    group = watched.get("groupName") or f"/aws/codebuild/{build.shown['projectName']}"
    prefix = watched.get("streamName")
    stream = f"{prefix}/{build.uuid}" if prefix else build.uuid
    account = build.shown["arn"].split(":")[4]
    return {
        "groupName": group,
        "streamName": stream,
        "deepLink": (
            f"https://console.aws.amazon.com/cloudwatch/home?region={region}"
            f"#logsV2:log-groups/log-group/{_linked(group)}/log-events/{_linked(stream)}"
        ),
        "cloudWatchLogsArn": (
            f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"
        ),
        **stated,
    }


def configured(project: Mapping[str, Any]) -> dict[str, Any]:
    """`cloudWatchLogs` and `s3Logs` as the project states them, else both (AWS CLI, example of start-build)

    A project that states `cloudWatchLogs` alone has builds without `s3Logs`: recorded in radkawar/stackd,
    testdata/aws/codebuild/stackd-cb-retry-1953a100a2bd.
    """
    return dict(project.get("logsConfig") or _BOTH)


def place_in_s3(build: Build) -> tuple[str, str] | None:
    """Bucket and key of a build's log in S3: BUCKET/PREFIX/UUID.gz (user guide, build logs); None without"""
    stated = configured(build.project).get("s3Logs", NO_S3_LOGS)
    if stated["status"] != "ENABLED":
        return None
    bucket, _, prefix = S3_ARN.sub("", str(stated.get("location", ""))).partition("/")
    return bucket, f"{prefix.strip('/')}/{build.uuid}.gz".lstrip("/")


def _in_s3(build: Build, partition: str) -> dict[str, str]:
    place = place_in_s3(build)
    if place is None:
        return {}
    bucket, key = place
    return {
        "s3DeepLink": f"https://s3.console.aws.amazon.com/s3/object/{bucket}/{key}",
        "s3LogsArn": f"arn:{partition}:s3:::{bucket}/{key}",
    }


def _linked(name: str) -> str:
    """The console writes a slash twice encoded"""
    return name.replace("/", "$252F")
