"""Image definitions that the build writes and does not hand over to the deployment."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipectl.kinds.buildspec import Buildspec, buildspec
from pipectl.rules._delivery import Delivery, deliveries
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.spec import Spec

RULE = "definitions-artifact"


def check(spec: Spec) -> Iterator[Problem]:
    """The artifacts of every build whose output an ECS action takes (user guide, "file-reference")."""
    for each in deliveries(spec):
        found = buildspec(spec, each.build.action.project or "", each.project)
        if found is not None:
            yield from _artifact(found, each)


def _artifact(found: Buildspec, each: Delivery) -> Iterator[Problem]:
    path, artifacts = _of_output(found, each)
    reader = f"which {each.deploy.name} reads"
    if artifacts is None:
        message = f"the build of {found.project} hands over no `{each.file}`, {reader}"
        hint = f"write `artifacts: {{files: [{each.file}]}}` in its buildspec"
        problem = found.problem(found.key_place(path), RULE, message, hint)
        yield problem if path else replace(problem, severity=Severity.WARNING)
    elif not _has(artifacts, each.file):
        message = f"the artifacts of {found.project} lack `{each.file}`, {reader}"
        yield found.problem(found.key_place((*path, "files")), RULE, message, f"add `{each.file}` to `files`")


def _of_output(found: Buildspec, each: Delivery) -> tuple[Path, dict[str, Any] | None]:
    """The artifacts that become the output; of several outputs each has secondary ones of its name."""
    artifacts = found.values.get("artifacts")
    if not isinstance(artifacts, dict):
        return (), None
    outputs, output = each.build.wire.outputs, each.deploy.wire.inputs[0]
    if len(outputs) == 1:
        return ("artifacts",), artifacts
    secondary = artifacts.get("secondary-artifacts")
    own = secondary.get(output) if isinstance(secondary, dict) else None
    return ("artifacts", "secondary-artifacts", output), own if isinstance(own, dict) else None


def _has(artifacts: dict[str, Any], file: str) -> bool:
    files = artifacts.get("files")
    patterns = [files] if isinstance(files, str) else files if isinstance(files, list) else []
    flat = str(artifacts.get("discard-paths", "no")).lower() in ("yes", "true")
    # What is not written out, or not understood, may have it.
    if not patterns or not all(isinstance(pattern, str) and "$" not in pattern for pattern in patterns):
        return True
    return any(_matches(pattern.removeprefix("./"), file, flat=flat) for pattern in patterns)


def _matches(pattern: str, file: str, *, flat: bool) -> bool:
    if flat:
        pattern = pattern.rpartition("/")[2]
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.fullmatch("".join(meant.get(part, re.escape(part)) for part in parts), file) is not None
