"""AWS::CodeBuild::Project."""

from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names
from pipectl.export.shapes import say
from pipectl.kinds import log_group

TYPE = "AWS::CodeBuild::Project"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The project. CloudFormation cannot import one: its schema has no handlers (registry, CodeBuild)."""
    properties, lost = say("cloudformation", TYPE, resource.request)
    yield Entry(
        names.of(resource),
        TYPE,
        resource,
        {**properties, **_logs(properties, names), **names.tags(resource)},
        lost=lost,
    )


def _logs(properties: dict[str, Any], names: Names) -> dict[str, Any]:
    logs = properties["LogsConfig"]
    group = logs.get("CloudWatchLogs", {}).get("GroupName")
    if group is None:
        return {}
    named = {**logs["CloudWatchLogs"], "GroupName": names.ref(log_group.NAME, group)}
    return {"LogsConfig": {**logs, "CloudWatchLogs": named}}
