"""The roles that pipectl makes for a spec, and what they allow."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.kinds import KINDS

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ACCOUNT = "111111111111"

Statements = list[dict[str, Any]]


def specs() -> list[Path]:
    """Every spec of which the roles are looked at"""
    folders = (ROOT / "config", ROOT / "tests" / "kinds" / "specs", HERE / "specs")
    return sorted(path for folder in folders for path in folder.glob("*.yaml"))


def made_roles(spec: "Spec") -> dict[str, Resource]:
    """Role -> what is made of it"""
    account = Account(spec.account or ACCOUNT, spec.region or "eu-west-1")
    designed = [resource for kind in KINDS for resource in kind.design(spec, account)]
    return {resource.name: resource for resource in designed if resource.kind == "iam role"}


def allowed(resource: Resource) -> Statements:
    """All statements of a role, in its inline policy and its managed ones"""
    texts = [resource.request["policy"], *resource.request["policies"].values()]
    return [statement for text in texts if text for statement in json.loads(text)["Statement"]]


def statements(spec: "Spec") -> dict[str, Statements]:
    """Role -> its statements"""
    return {name: allowed(resource) for name, resource in made_roles(spec).items()}
