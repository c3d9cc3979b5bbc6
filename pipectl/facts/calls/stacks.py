"""What CloudFormation's actions (stacks, change sets, stack sets) call in the pipeline's role's name."""

from collections.abc import Iterator

from pipectl.facts.calls.call import (
    EVERY_RESOURCE,
    GUIDE,
    Call,
    Configuration,
    calls,
    of,
    pass_role,
    pattern,
    value,
)
from pipectl.facts.place import Place

FORMATION = "cloudformation.amazonaws.com"
SOURCE = f"{GUIDE}AWS CloudFormation deploy action reference"

MODES = {
    "CREATE_UPDATE": ("CreateStack", "UpdateStack"),
    "DELETE_ONLY": ("DeleteStack",),
    "REPLACE_ON_FAILURE": ("CreateStack", "UpdateStack", "DeleteStack"),
    "CHANGE_SET_REPLACE": ("CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet"),
    "CHANGE_SET_EXECUTE": ("ExecuteChangeSet", "DescribeChangeSet"),
}
"""Action mode -> what it calls beside DescribeStacks (action reference; as AWS CDK's actions are granted)."""


def stack(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A stack, in the one way that its mode has."""
    mode = configuration.get("ActionMode", "")
    names = MODES.get(mode) or tuple(sorted({name for each in MODES.values() for name in each}))
    own = [place.arn("cloudformation", f"stack/{value(configuration, 'StackName')}/*")]
    yield from calls("DeployStack", of("cloudformation", "DescribeStacks", *names), own, SOURCE)
    yield from calls(
        "DeployStack",
        of("cloudformation", "DescribeStackEvents", "SetStackPolicy"),
        own,
        SOURCE,
        required=False,
    )
    if configuration.get("TemplatePath"):
        validate = ["cloudformation:ValidateTemplate"]
        yield from calls("ValidateTemplate", validate, [EVERY_RESOURCE], SOURCE, required=False)
    if role := configuration.get("RoleArn"):
        yield from pass_role("PassStackRole", [pattern(role)], FORMATION, SOURCE)


SETS = f"{GUIDE}AWS CloudFormation StackSets deploy action reference"


def stack_set(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A stack set and its instances."""
    yield from calls("CreateStackSet", ["cloudformation:CreateStackSet"], [EVERY_RESOURCE], SETS)
    actions = (
        "UpdateStackSet",
        "DescribeStackSet",
        "DescribeStackSetOperation",
        "CreateStackInstances",
        "UpdateStackInstances",
        "ListStackInstances",
    )
    yield from _instances(configuration, place, actions)
    if role := configuration.get("AdministrationRoleArn"):
        yield from pass_role("PassStackRole", [pattern(role)], FORMATION, SETS)


def stack_instances(configuration: Configuration, place: Place) -> Iterator[Call]:
    """Instances of a stack set that is there."""
    actions = (
        "DescribeStackSet",
        "DescribeStackSetOperation",
        "CreateStackInstances",
        "UpdateStackInstances",
        "ListStackInstances",
    )
    yield from _instances(configuration, place, actions)


def _instances(configuration: Configuration, place: Place, actions: tuple[str, ...]) -> Iterator[Call]:
    named = value(configuration, "StackSetName")
    own = [place.arn("cloudformation", f"stackset/{named}:*")]
    yield from calls("DeployStackSet", of("cloudformation", *actions), own, SETS)
    targets = [place.arn("cloudformation", f"stackset-target/{named}:*")]
    changes = [
        action
        for action in actions
        if action in ("CreateStackInstances", "UpdateStackInstances", "UpdateStackSet")
    ]
    yield from calls("DeployStackSetTargets", of("cloudformation", *changes), targets, SETS, required=False)
