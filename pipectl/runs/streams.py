"""Streams of CloudWatch Logs, read page by page: a page is in memory at a time, however long a log is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipectl.aws.cloud import Cloud, find

MISSING = ("ResourceNotFoundException",)
"""What a group or stream that is not there answers (API reference, GetLogEvents)."""


@dataclass(frozen=True)
class Event:
    """One event of a stream; a message may hold several lines."""

    time: datetime
    message: str


class Stream:
    """One stream, and how far it was read: reading again goes on from there."""

    def __init__(self, cloud: Cloud, group: str, name: str, since: datetime | None = None) -> None:
        self.group = group
        self.name = name
        self.is_missing = False
        self._cloud = cloud
        self._params: dict[str, Any] = {"logGroupName": group, "logStreamName": name, "startFromHead": True}
        if since is not None:
            self._params["startTime"] = int(since.timestamp() * 1000)

    def read(self) -> Iterator[Event]:
        """The events that came since the last reading.

        A page may be empty and not be the last; the last one answers the token that it was asked with
        (API reference, GetLogEvents).
        """
        while True:
            answer = find(MISSING, self._cloud, "logs", "get_log_events", **self._params)
            self.is_missing = answer is None
            if answer is None:
                return
            yield from map(_event, answer.get("events") or [])
            token = answer.get("nextForwardToken")
            if token is None or token == self._params.get("nextToken"):
                return
            self._params["nextToken"] = token


def last(cloud: Cloud, group: str, name: str, count: int) -> list[Event]:
    """The last events of a stream, in one call; none when it is not there."""
    answer = find(
        MISSING,
        cloud,
        "logs",
        "get_log_events",
        logGroupName=group,
        logStreamName=name,
        limit=count,
        startFromHead=False,
    )
    return [_event(each) for each in (answer or {}).get("events") or []]


def of_arn(arn: str) -> tuple[str, str] | None:
    """Group and stream in `arn:aws:logs:REGION:ACCOUNT:log-group:GROUP:log-stream:STREAM`."""
    _, found, rest = arn.partition(":log-group:")
    group, stream_found, name = rest.partition(":log-stream:")
    return (group, name) if found and stream_found else None


def _event(found: dict[str, Any]) -> Event:
    moment = datetime.fromtimestamp(found.get("timestamp", 0) / 1000, tz=UTC)
    return Event(moment, found.get("message") or "")
