"""How a pipeline goes: with what runs in it, which is told before."""

from pipectl.aws.cloud import Cloud
from pipectl.engine.values import Step
from pipectl.kinds.kind import OUR_TAGS
from pipectl.kinds.update_guard import running


def look(cloud: Cloud, name: str) -> str | None:
    """What runs in the pipeline, and what becomes of it.

    DeletePipeline knows no refusal for that (API reference). That builds and deployments go on where they
    began is inferred from what is said of abandoned actions (user guide, "Stop a pipeline execution").
    """
    found = running(cloud, name)
    if not found:
        return None
    first = f"execution {found[0]['pipelineExecutionId'][:8]}"
    if len(found) == 1:
        return f"{first} runs in it and goes no further; what it began elsewhere runs on"
    return f"{first} and {len(found) - 1} more run in it and go no further; what they began elsewhere runs on"


def delete(cloud: Cloud, step: Step) -> None:
    """Take the pipeline away; one that has gone already is answered without an error (service model)."""
    cloud.call("codepipeline", "delete_pipeline", name=step.resource.name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("codepipeline", step.resource.name)
    cloud.call("codepipeline", "untag_resource", resourceArn=arn, tagKeys=OUR_TAGS)
