"""The service model is the referee: every call in the source is looked up in botocore.

Calls whose operation is computed are listed; their parameters are checked by boto3 itself when they are sent.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name

ROOT = Path(__file__).parents[1]
ROOMS = ("kinds", "runs", "aws", "cli", "doctor", "init", "export")

POSITIONS = {"call": 0, "find": 2, "pages": 1}
"""Where the service stands among the arguments; the operation stands behind it."""

COMPUTED = {"kinds/bucket.py": ("s3", {"get_", "put_"})}
"""File -> service and how the operations begin that are put together there."""


@dataclass(frozen=True)
class Sent:
    """One call in the source"""

    place: str
    by: str
    service: str
    operation: str
    parameters: tuple[str, ...]
    more: tuple[str, ...]


def sent() -> Iterator[Sent]:
    for folder in ROOMS:
        for file in sorted((ROOT / "pipectl" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (found := _sent(file, node)):
                    yield found


def _sent(file: Path, node: ast.Call) -> Sent | None:
    by = _name(node.func)
    arguments = node.args
    if by == "partial" and node.args and _name(node.args[0]) in POSITIONS:
        by, arguments = _name(node.args[0]), node.args[1:]
    start = POSITIONS.get(by)
    if start is None or len(arguments) < start + 2:
        return None
    words = [word.value if isinstance(word, ast.Constant) else None for word in arguments[start:]]
    service, operation, *more = words
    if not isinstance(service, str):
        return None
    parameters = tuple(keyword.arg for keyword in node.keywords if keyword.arg)
    place = f"{file.relative_to(ROOT / 'pipectl').as_posix()}:{node.lineno}"
    return Sent(place, by, service, str(operation or ""), parameters, tuple(str(word) for word in more))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@cache
def operations(service: str) -> dict[str, Any]:
    """The operations of a service by the names that boto3 gives them"""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def members(shape: Any) -> set[str]:
    return set(shape.members) if shape is not None else set()


CALLS = list(sent())


def test_the_source_was_read() -> None:
    assert len(CALLS) > 60
    services = {call.service for call in CALLS}
    assert services >= {
        "codecommit",
        "ecr",
        "ecs",
        "codebuild",
        "codepipeline",
        "iam",
        "s3",
        "logs",
        "events",
        "sts",
    }


def test_every_operation_is_one_that_the_service_has() -> None:
    known = [call for call in CALLS if call.operation]
    assert [call for call in known if call.operation not in operations(call.service)] == []


def test_every_parameter_is_one_that_the_operation_takes() -> None:
    wrong = [
        f"{call.place}: {call.service} {call.operation} takes no {parameter}"
        for call in CALLS
        if call.operation
        for parameter in call.parameters
        if parameter not in members(operations(call.service)[call.operation].input_shape)
    ]
    assert wrong == []


def test_what_is_paged_has_pages() -> None:
    for call in CALLS:
        if call.by == "pages":
            model = operations(call.service)[call.operation]
            assert call.more[0] in members(model.output_shape), call
            assert "nextToken" in members(model.input_shape) & members(model.output_shape), call


def test_only_listed_files_compute_their_operations() -> None:
    computing = {call.place.partition(":")[0]: call.service for call in CALLS if not call.operation}
    assert computing == {file: service for file, (service, _) in COMPUTED.items()}


def test_no_read_is_cut_off_unseen() -> None:
    """A read that AWS may page is either asked for by name, bounded on purpose, or read to its last page"""
    paged = {
        call.place.partition(":")[0]
        for call in CALLS
        if call.operation and call.by != "pages"
        if "nextToken" in members(operations(call.service)[call.operation].output_shape)
        if not {"maxResults", *ASKED_BY_NAME} & {*call.parameters}
    }
    assert paged - ONE_PAGE.keys() == set()


ASKED_BY_NAME = (
    "names",
    "repositoryNames",
    "clusters",
    "services",
    "resourceArn",
    "ResourceARN",
    "imageIds",
    "logGroupIdentifiers",
    "logGroupNamePrefix",
    "Rule",
)
"""Parameters that name what is asked for: at most as many answers as names, or as a rule may have targets."""

ONE_PAGE = {
    "kinds/source.py": "one branch is enough to know that there is code",
    "runs/executions.py": "it asks for page after page as they are needed",
}
