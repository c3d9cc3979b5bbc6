"""Names, ARNs and references of ECS, and how they are refused."""

from __future__ import annotations

import re
import secrets
import uuid
from typing import Any

from pipectl.local.service import Refused

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
SUBNET = re.compile(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})")
SECURITY_GROUP = re.compile(r"sg-(?:[0-9a-f]{8}|[0-9a-f]{17})")
ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\x21-\x7e]{1,512}")
ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
TARGET_GROUP = re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup/[\w-]+/[\w-]+")


def invalid(message: str) -> Refused:
    """The service's own refusal of an argument"""
    return Refused("InvalidParameterException", message)


def client_error(message: str) -> Refused:
    """What RegisterTaskDefinition and everything that names a task definition answers"""
    return Refused("ClientException", message)


def unsupported(what: str) -> Refused:
    """The refusal of what AWS does and the local AWS does not model, by the verb: `unsupported("run ...")`"""
    return Refused("UnsupportedFeatureException", f"The local AWS cannot {what}.")


def last_part(reference: str) -> str:
    """The name at the end of an ARN, or the reference itself when it is a name"""
    return reference.rsplit("/", 1)[-1] if reference.startswith("arn:") else reference


def new_task_id() -> str:
    """32 hexadecimal digits, as in the long ARN format (developer guide, account settings)"""
    return uuid.uuid4().hex


def new_deployment_id() -> str:
    """`ecs-svc/` and a 19-digit number, as DescribeServices shows it (API reference, examples)"""
    return f"ecs-svc/{secrets.randbelow(9 * 10**18) + 10**18}"


def related(service_arn: str, resource: str, number: str) -> str:
    """The ARN of a service's deployment or revision: `RESOURCE/CLUSTER/SERVICE/ID` (API reference)"""
    return f"{service_arn.replace(':service/', f':{resource}/', 1)}/{number}"


def well_formed_role(reference: str) -> bool:
    """API reference, RegisterTaskDefinition: a role is given by its short name or full ARN"""
    return bool(ROLE_ARN.fullmatch(reference) or ROLE_NAME.fullmatch(reference))


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as ECS spells them on the wire"""
    return [{"key": key, "value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, Any]] | None) -> dict[str, str]:
    """Tags of a request as a mapping

    API reference, TagResource: `aws:` is reserved. The words of the refusals are inferred.
    """
    found: dict[str, str] = {}
    for tag in tags or []:
        key = tag.get("key", "")
        if not key:
            raise invalid("Tag key cannot be empty")
        if key.lower().startswith("aws:"):
            raise invalid("Tag keys cannot start with aws:, this prefix is reserved for AWS use")
        if key in found:
            raise invalid(f"Duplicate tag key found: {key}")
        found[key] = tag.get("value", "")
    return found
