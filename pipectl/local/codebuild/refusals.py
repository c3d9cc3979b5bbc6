"""What the local AWS does not do, refused in the words of the service instead of pretended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pipectl.local.codebuild.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller


class Refusals(Base):
    """Fleets and sandboxes; what lists them says that there are none."""

    def create_fleet(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        _refuse("fleets")

    def batch_get_fleets(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"fleets": [], "fleetsNotFound": request["names"]}

    def list_fleets(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"fleets": []}

    def start_sandbox(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        _refuse("sandboxes")

    def list_shared_projects(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"projects": []}

    def list_shared_report_groups(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"reportGroups": []}


def _refuse(what: str) -> NoReturn:
    raise Refused("InvalidInputException", f"The local AWS has no {what}")
