"""The pace of one command: all calls that share a quota of AWS slow down together, and recover together.

botocore's adaptive mode was measured and not taken. It keeps the rate as well (480 GetRole at 15 a second:
33 s, here 32 s; standard mode fails 360 of them), but it knows one rate for each client, so that
RegisterTaskDefinition at one a second slows every read of ECS; it cannot be told documented quotas (120
registrations: 69 throttles, here none); and it sleeps where neither Ctrl-C nor the progress line can reach
it, holding its connection.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from pipectl.aws.cloud import batch
from pipectl.errors import Interrupted
from pipectl.facts.quotas import Quota, quota
from pipectl.stop import Stop

SLOWER, MUCH_SLOWER = 0.7, 0.5
"""What is left of the rate after a throttle, and after one that follows another without a success between."""
SLOWEST = 0.05
"""Calls a second: at most 20 seconds lie between two tries, as in botocore's standard mode."""
FREE = 200.0
"""Calls a second that need no pace any more."""
SAID_AFTER, SAID_EVERY = 0.5, 5.0
"""Seconds of waiting that are worth a word, and between two words about one quota."""
NAMES = {
    "codebuild": "CodeBuild", "codecommit": "CodeCommit", "codeconnections": "CodeConnections",
    "codepipeline": "CodePipeline", "ecr": "ECR", "ecs": "ECS", "events": "EventBridge", "iam": "IAM",
    "logs": "CloudWatch Logs", "resourcegroupstaggingapi": "the tagging API", "s3": "S3", "sts": "STS",
}  # fmt: skip
"""What people call a service."""


class Clock:
    """The time that the pace keeps; tests bring their own, which needs none."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def wait_until(self, moment: float, stop: Stop) -> bool:
        """Wait until a moment of `now`, or until somebody says stop; whether they did."""
        return stop.wait(max(0.0, moment - self.now()))


@dataclass(frozen=True)
class Ticket:
    """The permission to send one call at a moment. It is void when the lane's epoch has changed."""

    operation: str
    moment: float
    epoch: int


class Lane:
    """The calls that share one quota. Not safe for threads: Pace locks.

    Before the first throttle nothing is held up, unless the quota is documented and `known` in advance. After
    it the lane has a rate, which falls with each further throttle and rises by about one call a second in
    each second in which all goes well, up to the documented rate.
    """

    def __init__(self, limit: Quota | None, *, known: bool) -> None:
        documented = limit if limit and limit.documented else None
        self.ceiling = documented.rate if documented else None
        self.rate = self.ceiling if known else None
        self.epoch = 0
        self._said: float | None = None
        # one less than there is: calls do not arrive as evenly as they are sent
        self._burst = documented.burst - 1 if documented else 1.0
        self._tokens = self._burst
        self._moment: float | None = None
        self._sent: deque[float] = deque(maxlen=int(FREE))
        self._strikes: Counter[str] = Counter()

    def reserve(self, operation: str, now: float) -> Ticket:
        """The next free moment."""
        if self.rate is None:
            self._sent.append(now)
            return Ticket(operation, now, self.epoch)
        before = now if self._moment is None else self._moment
        self._tokens = min(self._burst, self._tokens + (now - before) * self.rate) - 1
        self._moment = now
        return Ticket(operation, now - min(self._tokens, 0) / self.rate, self.epoch)

    def speaks(self, ticket: Ticket, now: float) -> bool:
        """Whether a word is due: the waiting is worth one, and the last one was some time ago."""
        if ticket.moment <= now:
            return False
        if self._said is None:
            waits_long = ticket.moment - now >= SAID_AFTER
            self._said = now - SAID_EVERY + (0.0 if waits_long else SAID_AFTER)
        due = now - self._said >= SAID_EVERY
        if due:
            self._said = now
        return due

    def throttled(self, ticket: Ticket, now: float) -> int:
        """Slow down, once for all calls that were under way together; the throttles in a row."""
        if ticket.epoch == self.epoch:
            self._strikes[ticket.operation] += 1
            again = self._strikes[ticket.operation] > 1
            self.rate = self._slower(now, MUCH_SLOWER if again else SLOWER)
            self.epoch += 1
            self._tokens, self._moment = 0.0, now
        return self._strikes[ticket.operation]

    def passed(self, ticket: Ticket) -> None:
        """Go a little faster."""
        self._strikes.pop(ticket.operation, None)
        if self.rate is None or ticket.epoch != self.epoch:
            return
        self.rate += 1 / max(self.rate, 1)
        if self.ceiling is not None:
            self.rate = min(self.rate, self.ceiling)
        elif self.rate > FREE:
            self.rate = None

    def _slower(self, now: float, factor: float) -> float:
        if self.rate is not None:
            return max(SLOWEST, self.rate * factor)
        if self.ceiling is not None:
            return self.ceiling
        return max(1.0, factor * sum(moment > now - 1 for moment in self._sent))


class Pace:
    """All lanes of one connection. `known` says whether documented quotas hold before the first throttle."""

    def __init__(self, say: Callable[[str], None], stop: Stop, clock: Clock, *, known: bool) -> None:
        self._say = say
        self._stop = stop
        self._clock = clock
        self._known = known
        self._lock = threading.Lock()
        self._lanes: dict[tuple[str, str, str], Lane] = {}

    def lane(self, service: str, operation: str, region: str) -> Lane:
        """The lane of a call; what no quota covers shares one with the rest of its service."""
        limit = quota(service, operation)
        key = (service, limit.name if limit else "", region if limit is None or limit.regional else "")
        with self._lock:
            return self._lanes.setdefault(key, Lane(limit, known=self._known))

    def wait(self, lane: Lane, service: str, operation: str) -> Ticket:
        """Wait for the lane's next free moment. Raises Interrupted when somebody says stop meanwhile."""
        with self._lock:
            now = self._clock.now()
            ticket = lane.reserve(operation, now)
            speaks = lane.speaks(ticket, now)
        if speaks and not self._stop.is_set():
            self._say(f"AWS throttles {NAMES.get(service, service)}: waiting{_count()}")
        if ticket.moment > now and self._clock.wait_until(ticket.moment, self._stop):
            raise Interrupted(f"interrupted while AWS throttled {NAMES.get(service, service)}")
        return ticket

    def holds(self, lane: Lane, ticket: Ticket) -> bool:
        """Whether the call may be sent: nothing was throttled since the ticket was given."""
        return ticket.epoch == lane.epoch

    def throttled(self, lane: Lane, ticket: Ticket) -> int:
        """The service refused the call; how many throttles of the operation stand in a row."""
        with self._lock:
            return lane.throttled(ticket, self._clock.now())

    def passed(self, lane: Lane, ticket: Ticket) -> None:
        """The service answered the call."""
        with self._lock:
            lane.passed(ticket)


def _count() -> str:
    """How far the calls have come among which the waiting one stands."""
    calls = batch.get()
    return f", {calls.done} of {calls.total}" if calls else ""
