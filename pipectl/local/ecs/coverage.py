"""What of ECS runs here; `python -m` this module makes docs/local-ecs.md."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from botocore import xform_name

from pipectl.local import stacks
from pipectl.local.ecs import SERVICE
from pipectl.local.ecs.unmodelled import reason
from pipectl.local.model import service_model

if TYPE_CHECKING:
    from collections.abc import Iterator

STORED_ONLY = {
    "PutAccountSetting": "of the settings only `containerInsights` has an effect: on new clusters",
    "PutAccountSettingDefault": "as PutAccountSetting",
    "SubmitAttachmentStateChanges": "acknowledged: the local AWS moves tasks itself",
    "SubmitContainerStateChange": "acknowledged: the local AWS moves tasks itself",
    "SubmitTaskStateChange": "acknowledged: the local AWS moves tasks itself",
}

REMARKS = {
    "CreateCapacityProvider": (
        "Auto Scaling groups are not looked up, and do not scale; Managed Instances are refused"
    ),
    "CreateService": (
        "strategies other than ROLLING, lifecycle hooks and traffic shifting are refused; subnets, security "
        "groups and target groups are taken as there"
    ),
    "DeregisterContainerInstance": "with force its tasks are stopped, where AWS leaves them as orphans",
    "DiscoverPollEndpoint": "names hosts of AWS: nothing here listens for agents",
    "ExecuteCommand": "the session is answered, and refused when it is opened: no container runs here",
    "ListContainerInstances": "without `filter`, which is refused",
    "RegisterContainerInstance": (
        "speaks for the agent; without an instance in a cluster, tasks of EC2 have room there all the same"
    ),
    "RunTask": "a task with a command of its own ends by itself; `memberOf` is refused where instances are",
    "UpdateContainerAgent": (
        "refused for an instance that is there: it has no agent (`UnsupportedFeatureException`)"
    ),
}


def answered(operation: str) -> bool:
    """Whether the service has a method for an operation"""
    return hasattr(SERVICE, xform_name(operation))


def page() -> str:
    """The page of the documentation, in Markdown"""
    return "\n".join([*_operations(), "", *_others(), ""])


def _operations() -> Iterator[str]:
    model = service_model("ecs")
    yield "# ECS in the local AWS"
    yield ""
    yield "Made by `python -m pipectl.local.ecs.coverage`; a test fails when it is stale."
    yield ""
    yield "| operation | here | remark |"
    yield "|---|---|---|"
    for name in sorted(model.operation_names) if model else ():
        if words := reason(name):
            yield f"| {name} | refused | needs {words} |"
        elif name in STORED_ONLY:
            yield f"| {name} | stored only | {STORED_ONLY[name]} |"
        else:
            remark = f" {REMARKS[name]}" if name in REMARKS else ""
            yield f"| {name} | {'real' if answered(name) else 'missing'} |{remark} |"


def _others() -> Iterator[str]:
    yield "## Other services that reach it"
    yield ""
    yield "| service | here |"
    yield "|---|---|"
    kinds = ", ".join(f"`{kind}`" for kind in stacks.TYPES)
    yield (
        f"| CloudFormation | makes, changes and deletes {kinds}; other types of ECS are refused. A stack "
        "does not wait for its services; what ECS refuses refuses the call, where AWS rolls back |"
    )
    yield (
        "| Application Auto Scaling | a target that is registered, and a scheduled action, bring the desired "
        "count between their limits; scaling policies are stored and change nothing |"
    )
    yield "| CodePipeline | deploys to its services; CodeDeploy deployments are played by rolling |"


if __name__ == "__main__":
    sys.stdout.write(page())
