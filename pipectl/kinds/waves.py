"""The kinds of AWS things, wave by wave in the order of their creation."""

from pipectl.kinds import (
    bucket,
    cluster,
    log_group,
    notification,
    pipeline,
    project,
    repository,
    role,
    rule,
    service,
    source,
    topic,
    transition,
)
from pipectl.kinds.kind import Kind

WAVES: tuple[tuple[Kind, ...], ...] = (
    (source.KIND, repository.KIND, log_group.KIND, bucket.KIND, topic.KIND, role.KIND, cluster.KIND),
    (service.KIND, project.KIND, rule.KIND),
    (pipeline.KIND,),
    (transition.KIND, notification.KIND),
)
"""A wave's resources are carried out side by side; the next wave starts when the one before is done.

CreatePipeline starts a run at once, so everything that the run needs stands before it; a rule's target need
not exist when it is named. Whether a notification rule's pipeline must exist nobody documents, so it stands
first.
"""

REMOVAL_WAVES: tuple[tuple[Kind, ...], ...] = (
    (rule.KIND, notification.KIND, pipeline.KIND),
    (project.KIND, service.KIND),
    (
        cluster.KIND,
        role.KIND,
        topic.KIND,
        bucket.KIND,
        log_group.KIND,
        repository.KIND,
        source.KIND,
    ),
)
"""The order in which things go, and are shown: what starts runs, then what runs, then what that needed.

Without its rule or without itself a pipeline does not start, so these two need not wait for each other. A
cluster waits until its services have drained. Logs and artifacts go after all that writes them.
"""

KINDS: tuple[Kind, ...] = tuple(kind for wave in WAVES for kind in wave)

VERSIONED = frozenset({pipeline.NAME, rule.NAME, transition.NAME})
"""What follows from a pipeline's declaration, whose version tells of other writers (`update_guard`)."""

_ASK_ON = (service.KIND, pipeline.KIND)
READING_ORDER: tuple[Kind, ...] = (*_ASK_ON, *(kind for kind in KINDS if kind not in _ASK_ON))
"""Services and pipelines first: a task definition, and what runs, is asked for when their answer is there."""

BLOCKS: dict[str, type] = {key: block for kind in KINDS for key, block in kind.blocks.items()}
"""YAML key -> the model of its entries."""

SERVICES = ("sts", "ecs", "iam", "resourcegroupstaggingapi", "s3", "logs", "ecr", "codepipeline", "events",
            "codecommit", "codebuild")  # fmt: skip
"""The services that planning asks; those stand first whose answers hold others up."""
