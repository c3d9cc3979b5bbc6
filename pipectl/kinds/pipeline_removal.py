"""How a pipeline goes; what ends with it says update_guard.py."""

from collections.abc import Sequence

from pipectl.aws.cloud import Cloud
from pipectl.engine.values import EXECUTIONS, Resource, State, Step
from pipectl.kinds.kind import OUR_TAGS


def leaving(resource: Resource, staying: Sequence[Resource]) -> State:
    """Its tags, and what runs: nothing should."""
    return {"tags": resource.stated.get("tags", {}), EXECUTIONS: ()}


def delete(cloud: Cloud, step: Step) -> None:
    """Take the pipeline away; one that has gone already is answered without an error (service model)."""
    cloud.call("codepipeline", "delete_pipeline", name=step.resource.name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("codepipeline", step.resource.name)
    cloud.call("codepipeline", "untag_resource", resourceArn=arn, tagKeys=OUR_TAGS)
