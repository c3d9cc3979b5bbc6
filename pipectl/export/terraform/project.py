"""aws_codebuild_project."""

from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Body, Code
from pipectl.export.terraform.values import Entry, Names, words
from pipectl.kinds import log_group

TYPE = "aws_codebuild_project"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The project."""
    request = resource.request
    said, lost, ignored = words(TYPE, request)
    if buildspec := said["source"].get("buildspec"):
        said["source"] = Body({**said["source"], "buildspec": Code(buildspec)})
    logs = said["logs_config"].get("cloudwatch_logs", {})
    if group := logs.get("group_name"):
        logs["group_name"] = names.ref(log_group.NAME, group, "aws_cloudwatch_log_group.*.name")
    yield Entry(
        TYPE,
        names.of(resource),
        resource,
        {**said, **names.tags(resource)},
        resource.name,
        lost=lost,
        ignored=ignored,
        needs=tuple(
            part["serviceRole"]
            for part in (request, request.get("buildBatchConfig") or {})
            if "serviceRole" in part
        ),
    )
