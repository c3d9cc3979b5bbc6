"""The state of one local AWS: its services per account and Region, its clock, its events."""

from __future__ import annotations

import functools
import importlib
import re
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader

from pipectl.local import motos, removal
from pipectl.local.eventbridge import delivery
from pipectl.local.eventbridge.timetable import Timetable
from pipectl.local.options import Options
from pipectl.local.permissions.sessions import Sessions
from pipectl.local.places import DEFAULT_ACCOUNT
from pipectl.local.trail import Trail

if TYPE_CHECKING:
    from pipectl.local.service import Service

_ACCOUNT = re.compile(r"\d{12}")
OWN_SERVICES = (
    "codepipeline",
    "codebuild",
    "codecommit",
    "codeconnections",
    "codestar-notifications",
    "ecs",
)

Event = dict[str, Any]
Listener = Callable[[str, str, Event], None]


class Clock:
    """The time of the local AWS; tests move it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Tell the time (UTC)"""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass"""
        self._ahead += timedelta(seconds=seconds)

    def restore(self) -> None:
        """Go back to the present"""
        self._ahead = timedelta()


class World:
    """What one local AWS knows. A reset makes a new one."""

    def __init__(
        self, *, role_delay_s: float = 0, checks_answers: bool = False, options: Options | None = None
    ) -> None:
        self.options = options or Options()
        self.lock = threading.RLock()
        self.clock = Clock()
        self.role_delay_s = role_delay_s
        self.checks_answers = checks_answers
        self.role_births: dict[str, datetime] = {}
        self.trail = Trail()
        self.sessions = Sessions()
        self._beside: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._services: dict[tuple[str, str, str], Any] = {}
        self._listeners: list[Listener] = []
        self.url = ""  # the server says it when it listens
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._endings: list[Callable[[], None]] = []
        self.timetable = Timetable(self)

    def now(self) -> datetime:
        """Tell the time (UTC)"""
        return self.clock.now()

    @property
    def folder(self) -> Path:
        """Where files are kept (git repositories, running builds); gone when the world is closed"""
        with self.lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(
                    prefix="pipectl-local-", ignore_cleanup_errors=True
                )
            return Path(self._folder.name)

    def on_close(self, ending: Callable[[], None]) -> None:
        """Have a callback called when the world ends (reset, stop): running builds are ended so"""
        self._endings.append(ending)

    def close(self) -> None:
        """End what runs and remove the folder, which a child goes on with when it takes long"""
        for ending in tuple(self._endings):
            ending()
        with self.lock:
            folder, self._folder = self._folder, None
        if folder is not None:
            removal.remove(folder)

    def dns_suffix(self, region: str) -> str:
        """The end of host names of a Region's partition"""
        partition = self.partition(region)
        return next(str(known["outputs"]["dnsSuffix"]) for known in _partitions() if known["id"] == partition)

    def partition(self, region: str) -> str:
        """Name the partition of a Region; a Region that nobody knows is taken for one of `aws`"""
        for partition in _partitions():
            if re.fullmatch(partition["regionRegex"], region):
                return str(partition["id"])
        return "aws"

    def service(self, name: str, account: str, region: str) -> Any:
        """Find an own service of an account and Region; it comes into being with the first question"""
        key = (name, account, region)
        with self.lock:
            if key not in self._services:
                self._services[key] = own_service(name)(self, account, region)
            return self._services[key]

    def made(self, name: str, account: str, region: str) -> Any:
        """Find an own service that was asked something before; None when nobody did"""
        with self.lock:
            return self._services.get((name, account, region))

    def pipelines(self) -> dict[str, dict[str, list[str]]]:
        """The names of all pipelines, by account and Region"""
        made = list(self._services.items())  # a copy: requests make services all the time
        found: dict[str, dict[str, list[str]]] = {}
        for (name, account, region), service in sorted(made, key=itemgetter(0)):
            if name == "codepipeline" and service.pipelines:
                found.setdefault(account, {})[region] = sorted(service.pipelines)
        return found

    def account(self, access_key: str) -> str:
        """A 12-digit access key is the account (the convention of LocalStack); others are moto's to know"""
        access_key = access_key.removesuffix(self.options.key)
        if _ACCOUNT.fullmatch(access_key):
            return access_key
        if not access_key:
            return DEFAULT_ACCOUNT
        with self.lock:
            return motos.account_of(access_key)

    def knows_session(self, access_key: str) -> bool:
        """Whether a key is one that this server gave out itself: to a build, a role's session or a user"""
        if self.sessions.knows(access_key):
            return True
        if not access_key.startswith(("ASIA", "AKIA")):
            return False
        with self.lock:
            return motos.is_known(access_key)

    def access_key(self, account: str) -> str:
        """The access key that an account's own programs use"""
        return f"{account}{self.options.key}"

    def moto(self, name: str, account: str, region: str) -> Any:
        """Find moto's backend of an account and Region; services without Regions are found by any"""
        regions = motos.backends(name)[account]
        return regions[region] if region in regions.regions else regions[self.partition(region)]

    def beside(self, service: str, account: str, region: str) -> dict[str, Any]:
        """What is kept beside a service of moto, which has no place for it: by the name of the resource"""
        return self._beside.setdefault((service, account, region), {})

    def emit(
        self,
        account: str,
        region: str,
        *,
        source: str,
        detail_type: str,
        resources: Sequence[str],
        detail: dict[str, Any],
    ) -> None:
        """Hand an event to EventBridge (User guide of EventBridge, "AWS service event metadata")"""
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": detail_type,
            "source": source,
            "account": account,
            "time": self.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": list(resources),
            "detail": detail,
        }
        for listener in tuple(self._listeners):
            listener(account, region, event)
        delivery.deliver(self, account, region, event)

    def on_event(self, listener: Listener) -> None:
        """Have a callback called with account, Region and event whenever one is emitted"""
        self._listeners.append(listener)

    def role_usable(self, arn: str, principal: str) -> bool:
        """Whether a service may assume a role: it exists, trusts the service, and is old enough"""
        from pipectl.local.gaps import iam

        return iam.role_usable(self, arn, principal)

    def caller_arn(self, account: str, region: str, access_key: str) -> str:
        """Say who calls, as GetCallerIdentity does"""
        from pipectl.local.gaps import sts

        return sts.caller(self, account, region, access_key)[1]


def own_service(name: str) -> type[Service]:
    """Import the class of an own service"""
    service: type[Service] = importlib.import_module(f"pipectl.local.{name.replace('-', '_')}").SERVICE
    return service


@functools.cache
def _partitions() -> list[dict[str, Any]]:
    partitions: list[dict[str, Any]] = Loader().load_data("partitions")["partitions"]
    return partitions
