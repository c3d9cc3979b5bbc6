"""CloudFormation: moto begins stacks of types that it cannot make, which never end; they are refused here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import yaml

from pipectl.local import invocations, stacks
from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World

_TAKE_TEMPLATES = ("CreateStack", "UpdateStack", "CreateChangeSet", "ValidateTemplate")
_REFUSED = 400
_MAKE_NOTHING = ("AWS::CDK::Metadata",)
_OWN = ("AWS::ECS::", "AWS::Batch::ComputeEnvironment")
"""Types that moto would make in backends that nobody sees; `stacks` makes those that it knows."""


class _Loader(yaml.SafeLoader):
    """Reads a template for its types; what functions say does not matter"""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer, when it can make what the template has.

    The message is that of AWS for types that it does not know (as public reports quote it).
    """
    said = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
    if request.operation in _TAKE_TEMPLATES:
        check(_text(request, said))
    invocations.install(world)  # a stack may make functions
    with stacks.of(world):
        answered = forward(request)
        if request.operation == "CreateStack" and answered.status >= _REFUSED:
            _forget(world, request, said.get("StackName", ""))
        if request.operation == "ExecuteChangeSet" and answered.status < _REFUSED:
            _take_over(world, request, said.get("ChangeSetName", ""))
    return answered


def _take_over(world: World, request: Request, name: str) -> None:
    """Give a stack the parameters and outputs of the change set that was executed; moto does not"""
    backend = world.moto("cloudformation", request.account, request.region)
    for identity, change in backend.change_sets.items():
        if name in (identity, change.change_set_name):
            stack = backend.stacks[change.stack_id]
            stack.parameters = change.parameters
            stack.template_dict = change.template_dict
            stack.description = change.template_dict.get("Description")
            stack.output_map = stack._create_output_map()  # noqa: SLF001  as moto's own update does


def _forget(world: World, request: Request, name: str) -> None:
    """Delete what a refused CreateStack had begun: moto would keep it as CREATE_IN_PROGRESS for ever"""
    backend = world.moto("cloudformation", request.account, request.region)
    for identity, stack in list(backend.stacks.items()):
        if stack.name == name and stack.status == "CREATE_IN_PROGRESS":
            stack.resource_map.delete()
            del backend.stacks[identity]


def check(template: str) -> None:
    """Refuse a template with types that nobody makes here, in the words of AWS for unknown ones"""
    unknown = sorted(set(_unknown(template)))
    if unknown:
        message = f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        raise Refused("ValidationError", message)


def _unknown(template: str) -> Iterator[str]:
    """The types of a template that moto cannot make. A template that cannot be read is left to moto"""
    from moto.cloudformation.parsing import NULL_MODELS, get_model_map

    known = {*get_model_map(), *NULL_MODELS, *_MAKE_NOTHING}
    for resource in _resources(template).values():
        named = resource.get("Type") if isinstance(resource, dict) else None
        if isinstance(named, str) and not named.startswith("Custom::") and not _is_made(named, known):
            yield named


def _is_made(name: str, known: set[str]) -> bool:
    return name in stacks.TYPES if name.startswith(_OWN) else name in known


def _resources(text: str) -> dict[str, Any]:
    try:
        template = yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError:
        return {}
    resources = template.get("Resources") if isinstance(template, dict) else None
    return resources if isinstance(resources, dict) else {}


def _text(request: Request, said: dict[str, str]) -> str:
    from moto.cloudformation.utils import get_stack_from_s3_url
    from moto.utilities.utils import get_partition

    if "TemplateURL" not in said:
        return said.get("TemplateBody", "")
    return str(get_stack_from_s3_url(said["TemplateURL"], request.account, get_partition(request.region)))
