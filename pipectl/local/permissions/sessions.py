"""Temporary credentials that a service gets for a role, and that end with what it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.world import World

_LIFE_S = 3600
_MOST_ENDED = 10_000


@dataclass(frozen=True)
class Credentials:
    """A session's credentials as the SDKs take them"""

    access_key: str
    secret_key: str
    token: str

    def shown(self, expires: datetime) -> dict[str, str]:
        """As the container credentials endpoint answers (SDK reference, "Container credential provider")"""
        return {
            "AccessKeyId": self.access_key,
            "SecretAccessKey": self.secret_key,
            "Token": self.token,
            "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


@dataclass
class Sessions:
    """The sessions that services began, and those that are over: their keys are refused"""

    _running: dict[str, Credentials] = field(default_factory=dict)
    _ended: dict[str, None] = field(default_factory=dict)

    def knows(self, access_key: str) -> bool:
        """Whether a key is that of a session, be it running or over"""
        return access_key in self._running or access_key in self._ended

    def is_over(self, access_key: str) -> bool:
        """Whether a key was a session's that has ended"""
        return access_key in self._ended

    def begin(
        self, world: World, role_arn: str, session: str, region: str, policy: str | None = None
    ) -> Credentials:
        """Take on a role, for no more than a session policy allows where there is one"""
        with world.lock:
            account = role_arn.split(":")[4]
            sts = world.moto("sts", account, region)
            made = sts.assume_role(region, session, role_arn, policy, _LIFE_S, None)
            found = Credentials(made.access_key_id, made.secret_access_key, made.session_token)
            self._running[found.access_key] = found
            return found

    def end(self, world: World, role_arn: str, region: str, access_key: str) -> None:
        """Forget a session; its key is refused from now on"""
        with world.lock:
            account = role_arn.split(":")[4]
            sts: Any = world.moto("sts", account, region)
            sts.assumed_roles[:] = [made for made in sts.assumed_roles if made.access_key_id != access_key]
            world.moto("iam", account, region).access_keys.pop(access_key, None)
            self._running.pop(access_key, None)
            self._ended[access_key] = None
            while len(self._ended) > _MOST_ENDED:
                del self._ended[next(iter(self._ended))]
