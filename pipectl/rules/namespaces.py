"""Namespaces of variables that are used twice, reserved, or the name of an artifact."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions_of, error, pipelines
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "namespace"
RESERVED = ("codepipeline", "variables")
"""User guide, "reference-variables"."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every pipeline."""
    for name, block in pipelines(spec):
        found = actions_of(name, block)
        artifacts = {output for each in found for output in each.wire.outputs}
        taken: dict[str, PlacedAction] = {}
        for each in found:
            namespace = each.action.namespace
            if namespace is None:
                continue
            path = each.value_path("namespace")
            if namespace in RESERVED:
                message = f"the namespace {shown(namespace)} is CodePipeline's own"
                yield error(spec, path, RULE, message, "take another name")
            elif namespace in artifacts:
                message = f"{shown(namespace)} is the name of an artifact"
                yield error(spec, path, RULE, message, "a namespace needs another name")
            elif namespace in taken:
                message = f"the namespace {shown(namespace)} belongs to {taken[namespace].name} already"
                yield error(spec, path, RULE, message, "give each action its own")
            taken.setdefault(namespace, each)
