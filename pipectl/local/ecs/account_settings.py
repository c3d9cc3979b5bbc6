"""Account settings: kept, and heeded where the matter is known here (Container Insights of new clusters)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import invalid
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.state import SETTINGS, State

if TYPE_CHECKING:
    from pipectl.local.service import Caller

AWS_MANAGED = "guardDutyActivate"  # API reference, Setting: read-only, GuardDuty sets it


class AccountSettings(State):
    """The operations on account settings"""

    def list_account_settings(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What was set; with effectiveSettings every setting as it counts (API reference)"""
        principal = request.get("principalArn") or caller.arn
        names = [request["name"]] if "name" in request else list(SETTINGS)
        if not request.get("effectiveSettings"):
            names = [name for name in names if (principal, name) in self.own_settings]
        settings = {name: self._setting(principal, name) for name in names}
        wanted = request.get("value")
        entries = (((name,), name) for name, each in settings.items() if wanted in (None, each["value"]))
        answer = page(entries, request, "settings")
        answer["settings"] = [settings[name] for name in answer["settings"]]
        return answer

    def _setting(self, principal: str, name: str) -> dict[str, str]:
        kind = "aws_managed" if name == AWS_MANAGED else "user"
        return {
            "name": name,
            "value": self.setting_of(principal, name),
            "principalArn": principal,
            "type": kind,
        }

    def put_account_setting(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """For the caller, or for the principal that is named"""
        name = _checked(request)
        principal = request.get("principalArn") or caller.arn
        self.own_settings[principal, name] = request["value"]
        return {"setting": self._setting(principal, name)}

    def put_account_setting_default(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """For all principals that have no setting of their own"""
        name = _checked(request)
        self.default_settings[name] = request["value"]
        root = f"arn:{self.partition}:iam::{self.account}:root"
        return {"setting": self._setting(root, name)}

    def delete_account_setting(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Back to the account's default; answers the setting that is gone (API reference, example)"""
        principal, name = request.get("principalArn") or caller.arn, request["name"]
        gone = self._setting(principal, name)
        self.own_settings.pop((principal, name), None)
        return {"setting": gone}


def _checked(request: dict[str, Any]) -> str:
    """The name of a setting that may be set to this value; the words are inferred"""
    name, value = str(request["name"]), request["value"]
    if name == AWS_MANAGED:
        raise invalid(f"The setting {name} is managed by AWS and cannot be changed.")
    if value not in SETTINGS[name][1]:
        raise invalid(
            f"Invalid value '{value}' for setting {name}. Valid values: {', '.join(SETTINGS[name][1])}"
        )
    return name
