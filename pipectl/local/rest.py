"""REST JSON requests: their members stand in the path, in the query string and in a JSON body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from botocore.model import ListShape

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from pipectl.local.wire import Request

_PLACEHOLDER = re.compile(r"\{([^}+]+)(\+?)\}")


def members(request: Request, operation: OperationModel) -> dict[str, Any]:
    """The members of a request as the service model names them (Smithy, "HTTP binding traits").

    Raises Refused for a body that is no JSON object.
    """
    found = request.json()
    shape = operation.input_shape
    if shape is None:
        return found
    in_path = _in_path(request.path, str(operation.http["requestUri"]))
    in_query = parse_qs(request.query, keep_blank_values=True)
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        sent_as = str(member.serialization.get("name", name))
        if location == "uri" and sent_as in in_path:
            found[name] = in_path[sent_as]
        elif location == "querystring" and sent_as in in_query:
            values = in_query[sent_as]
            found[name] = values if isinstance(member, ListShape) else values[0]
    return found


def _in_path(path: str, template: str) -> dict[str, str]:
    """What stands for each placeholder; the last one may hold slashes: an ARN that was quoted has some"""
    template = template.partition("?")[0]
    names = [name for name, _ in _PLACEHOLDER.findall(template)]
    fixed = _PLACEHOLDER.split(template)[::3]
    pattern = re.escape(fixed[0])
    for number, text in enumerate(fixed[1:], 1):
        pattern += ("(.+)" if number == len(names) else "([^/]+)") + re.escape(text)
    match = re.fullmatch(pattern, path)
    return dict(zip(names, map(unquote, match.groups()), strict=True)) if match else {}
