"""Application Auto Scaling of ECS services: their desired count kept between the limits of scalable targets.

moto keeps targets, policies and scheduled actions; here they reach the services of the local ECS. When a
target is registered or a scheduled action changes its limits, the desired count is brought between them at
once (user guide of Application Auto Scaling, "Scheduled scaling" and "Scaling activities", whose causes read
"minimum capacity was set to 10"). Scaling policies are stored and change nothing: nobody measures load.
"""

from __future__ import annotations

import re
import uuid
import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipectl.local import motos
from pipectl.local.eventbridge import schedules
from pipectl.local.ticking import Ticker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.world import World

DIMENSION = "ecs:service:DesiredCount"
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_MADE_UP = 100  # occurrences that are made up for when the clock was moved (inferred)


@dataclass(frozen=True)
class At:
    """Once, at a moment without a time zone"""

    moment: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        """The moment, unless it is over"""
        return self.moment if self.moment > moment else None


@dataclass
class Activity:
    """One scaling activity: why a desired count was set, and when"""

    resource: str
    count: int
    cause: str
    began: datetime
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))

    def described(self, *, fulfilled: bool) -> dict[str, Any]:
        """The activity as DescribeScalingActivities answers it (AWS CLI examples)"""
        begin = f"Successfully set desired count to {self.count}."
        end = (
            "Change successfully fulfilled by ecs."
            if fulfilled
            else "Waiting for change to be fulfilled by ecs."
        )
        return {
            "ActivityId": self.identity,
            "ServiceNamespace": "ecs",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "Description": f"Setting desired count to {self.count}.",
            "Cause": self.cause,
            "StartTime": self.began,
            "EndTime": self.began if fulfilled else None,
            "StatusCode": "Successful" if fulfilled else "InProgress",
            "StatusMessage": f"{begin} {end}",
        }


@dataclass
class _Entry:
    """When a scheduled action runs next; None: never again"""

    schedule: tuple[str, str]
    due: datetime | None


def parse(expression: str) -> schedules.Schedule | At:
    """Read a schedule: at(...), rate(...) or cron(...); ValueError when it is none (API reference)"""
    if once := _AT.fullmatch(expression):
        return At(datetime.fromisoformat(once[1]).replace(tzinfo=UTC))
    return schedules.parse(expression)


class Scaling:
    """The limits of all accounts and Regions, and the scheduled actions that change them"""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: dict[str, _Entry] = {}
        self._activities: dict[tuple[str, str], list[Activity]] = {}  # newest first, by account and Region
        self._ticker = Ticker(world, self.settle)

    def stir(self) -> None:
        """Scheduled actions have changed"""
        self._ticker.wake()

    def activities(self, account: str, region: str) -> Iterator[tuple[Activity, bool]]:
        """Activities of an account and Region, the newest first, and whether their change is fulfilled"""
        superseded = set()
        for activity in self._activities.get((account, region), []):
            service = self._service(account, region, activity.resource)
            yield activity, activity.resource in superseded or service is None or service.steady
            superseded.add(activity.resource)

    def limit(self, account: str, region: str, target: Any) -> None:
        """Bring a service's desired count between the limits of its target"""
        service = self._service(account, region, target.resource_id)
        if service is None:
            return
        least, most = target.min_capacity, target.max_capacity
        if least is not None and service.desired < least:
            count, cause = least, f"minimum capacity was set to {least}"
        elif most is not None and service.desired > most:
            count, cause = most, f"maximum capacity was set to {most}"
        else:
            return
        self._world.service("ecs", account, region).scale(service, count)
        activity = Activity(target.resource_id, count, cause, self._world.now())
        self._activities.setdefault((account, region), []).insert(0, activity)

    def _service(self, account: str, region: str, resource: str) -> Any | None:
        _, cluster, name = resource.split("/")
        ecs = self._world.service("ecs", account, region)
        ecs.settle()
        found = ecs.cluster_named(cluster)
        service = ecs.find_service(found, name) if found is not None else None
        return service if service is not None and service.status == "ACTIVE" else None

    def settle(self) -> float | None:
        """Run scheduled actions that are due; the seconds until the next one, None: there is none"""
        found = {action.arn: (account, region, action) for account, region, action in _actions()}
        self._entries = {arn: entry for arn, entry in self._entries.items() if arn in found}
        now = self._world.now()
        for arn, (account, region, action) in found.items():
            self._advance(arn, account, region, action, now)
        dues = [entry.due for entry in self._entries.values() if entry.due]
        return max((min(dues) - self._world.now()).total_seconds(), 0) if dues else None

    def _advance(self, arn: str, account: str, region: str, action: Any, now: datetime) -> None:
        schedule = (action.schedule, action.timezone or "UTC")
        entry = self._entries.get(arn)
        if entry is None or entry.schedule != schedule:
            entry = self._entries[arn] = _Entry(schedule, _next(schedule, now))
        for _ in range(_MADE_UP):
            if entry.due is None or entry.due > now:
                return
            if _applies(action, entry.due):
                self._run(account, region, action)
            entry.due = _next(schedule, entry.due)
        entry.due = _next(schedule, now)

    def _run(self, account: str, region: str, action: Any) -> None:
        """Set the limits that the action states; a target whose scheduled scaling is suspended is left"""
        backend = self._world.moto("applicationautoscaling", account, region)
        target = backend.targets.get(action.scalable_dimension, {}).get(action.resource_id)
        if target is None or (target.suspended_state or {}).get("ScheduledScalingSuspended"):
            return
        stated = action.scalable_target_action or {}
        target.update(stated.get("MinCapacity"), stated.get("MaxCapacity"), None)
        if action.scalable_dimension == DIMENSION:
            self.limit(account, region, target)


def of(world: World) -> Scaling:
    """The scaling of a local AWS"""
    kept = world.beside("application-autoscaling", "", "")
    if "scaling" not in kept:
        kept["scaling"] = Scaling(world)
    found: Scaling = kept["scaling"]
    return found


def _next(schedule: tuple[str, str], moment: datetime) -> datetime | None:
    """The next occurrence; at and cron are in the time zone of the action (API reference, Timezone)"""
    expression, timezone = schedule
    zone = zoneinfo.ZoneInfo(timezone)
    if expression.startswith("rate"):
        return parse(expression).next_after(moment)
    wall = moment.astimezone(zone).replace(tzinfo=UTC)
    found = parse(expression).next_after(wall)
    return found.replace(tzinfo=zone).astimezone(UTC) if found else None


def _applies(action: Any, due: datetime) -> bool:
    """Whether an occurrence lies between the action's start and end (API reference, PutScheduledAction)"""
    start, end = (_moment(each) for each in (action.start_time, action.end_time))
    return (start is None or due >= start) and (end is None or due <= end)


def _moment(value: Any) -> datetime | None:
    return datetime.fromtimestamp(float(value), UTC) if value else None


def _actions() -> Iterator[tuple[str, str, Any]]:
    for account, regions in list(motos.backends("applicationautoscaling").items()):
        for region, backend in list(regions.items()):
            for action in list(backend.scheduled_actions):
                yield account, region, action
