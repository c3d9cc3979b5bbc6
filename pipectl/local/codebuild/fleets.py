"""Fleets of reserved capacity: kept and answered; builds run on this machine whatever their fleet."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller
    from pipectl.local.world import World

_PAGE = 100
_ORDERS = {"CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
_DEFAULTS = {"overflowBehavior": "QUEUE", "tags": []}  # API reference, CreateFleet: "The default"


class Fleets(Base):
    """CreateFleet to DeleteFleet; a fleet is ACTIVE at once, and gone at once (inferred)."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.fleets: dict[str, dict[str, Any]] = {}

    def create_fleet(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Create a fleet; its ARN is fleet/NAME:UUID (user guide, "Reserved capacity")"""
        name, number = request["name"], str(uuid.uuid4())
        if any(fleet["name"] == name for fleet in self.fleets.values()):
            raise Refused("ResourceAlreadyExistsException", f"Fleet already exists: {name}")  # inferred words
        arn, now = self.arn(f"fleet/{name}:{number}"), self.world.now()
        made = {"arn": arn, "id": number, "created": now, "lastModified": now}
        self.fleets[arn] = _DEFAULTS | copy.deepcopy(request) | made | {"status": {"statusCode": "ACTIVE"}}
        return {"fleet": copy.deepcopy(self.fleets[arn])}

    def update_fleet(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Change what is stated"""
        arn = request["arn"]
        if arn not in self.fleets:
            raise Refused("ResourceNotFoundException", f"Fleet cannot be found: {arn}")
        self.fleets[arn] |= copy.deepcopy(request) | {"lastModified": self.world.now()}
        return {"fleet": copy.deepcopy(self.fleets[arn])}

    def delete_fleet(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Delete a fleet; one that does not exist is no error (model: InvalidInputException only)"""
        self.fleets.pop(request["arn"], None)
        return {}

    def batch_get_fleets(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Describe fleets by names or ARNs"""
        named = {fleet["name"]: fleet for fleet in self.fleets.values()} | self.fleets
        names = list(dict.fromkeys(request["names"]))
        return {
            "fleets": [copy.deepcopy(named[name]) for name in names if name in named],
            "fleetsNotFound": [name for name in names if name not in named],
        }

    def list_fleets(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List ARNs by name, or by a time, descending when stated"""
        by = _ORDERS.get(request.get("sortBy", ""), "name")
        ordered = sorted(self.fleets.values(), key=lambda fleet: (fleet[by], fleet["arn"]))
        if request.get("sortOrder") == "DESCENDING":
            ordered.reverse()
        arns = [fleet["arn"] for fleet in ordered]
        page, token = self.page(arns, request.get("nextToken"), request.get("maxResults", _PAGE))
        return {"fleets": page, "nextToken": token}
