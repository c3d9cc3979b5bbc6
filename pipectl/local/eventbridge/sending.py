"""One event on its way to one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.world import World


class NoTargetError(Exception):
    """The target is of a kind that needs something to run which the local AWS does not have."""


@dataclass(frozen=True)
class Sending:
    """A text that a rule's target is to get; `event` is what it was made of."""

    world: World
    rule: Any
    target: dict[str, Any]
    event: dict[str, Any]
    text: str

    @property
    def region(self) -> str:
        """The Region of the target"""
        return self._parts[3]

    @property
    def account(self) -> str:
        """The account of the target"""
        return self._parts[4]

    @property
    def resource(self) -> str:
        """What stands last in the target's ARN"""
        return self._parts[5]

    @property
    def _parts(self) -> list[str]:
        return str(self.target["Arn"]).split(":", 5)

    def moto(self, service: str) -> Any:
        """Moto's backend of a service where the target is"""
        return self.world.moto(service, self.account, self.region)

    def service(self, name: str) -> Any:
        """Our own service where the target is"""
        return self.world.service(name, self.account, self.region)
