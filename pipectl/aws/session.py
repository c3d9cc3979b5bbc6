"""boto3 behind Cloud: the only room that imports boto3, late, because loading it takes a while."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import SIDE_BY_SIDE, Cloud
from pipectl.aws.credentials import ask_code, ask_nobody, asks_for_code, keep_credentials
from pipectl.aws.failures import (
    aws_error,
    has_been_made,
    is_throttle,
    no_session,
    not_connected,
    refuse_throttled,
    retries,
    unusable,
    wire_code,
)
from pipectl.aws.ledger import Book, Ledger
from pipectl.aws.pace import Clock, Pace
from pipectl.aws.patient import PATIENCE, Patient
from pipectl.errors import NoRegion, NotConnected
from pipectl.stop import Stop

if TYPE_CHECKING:
    import boto3

ATTEMPTS = 6
"""How often botocore sends a call that is lost or answered with 5xx (standard retry mode), and how often in a
row one operation may be throttled, at an ever slower pace, before pipectl gives up."""


@dataclass(frozen=True)
class Endpoint:
    """Where to send calls to, and as whom, when it is not AWS by the ordinary credential chain."""

    url: str
    credentials: Mapping[str, str] | None = None
    """`aws_access_key_id` and `aws_secret_access_key`; None takes the ordinary chain."""
    has_quotas: bool = False
    """Whether it throttles as AWS documents: then the documented pace is kept from the first call on."""
    pipelines: Callable[[], Mapping[str, Sequence[str]]] | None = None
    """Tells which pipelines the account has in each Region, where that can be told, as by the local AWS."""


@cache
def _loader(path: str | None) -> Any:
    """What botocore knows of services and Regions, read once for all connections of a process."""
    from botocore.loaders import create_loader

    return create_loader(path)


def _knowing(session: Any) -> Any:
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session


class Connection:
    """One way to AWS for one command: a session, its clients, one book of all calls.

    `say` is told about waiting: at most `patience` seconds for what settles late, until a lost call was sent
    `attempts` times, and for the pace that AWS's quotas leave, which `clock` keeps. Setting `stop` ends all
    waiting. `asks` is whether the user may be asked for the code of an MFA device.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint: Endpoint | None = None,
        say: Callable[[str], None],
        patience: float = PATIENCE,
        attempts: int = ATTEMPTS,
        clock: Clock | None = None,
        stop: Stop | None = None,
        asks: bool = True,
    ) -> None:
        self.book = Book()
        self.stop = stop or Stop()
        self._profile = profile
        self._region = region
        self._endpoint = endpoint
        self._say = say
        self._ask = ask_code if asks else ask_nobody
        self._patience = patience
        self._attempts = attempts
        has_quotas = endpoint is None or endpoint.has_quotas
        self._pace = Pace(say, self.stop, clock or Clock(), known=has_quotas)
        self._slots: SimpleQueue[None] = SimpleQueue()  # no semaphore: stop.py tells why
        for _ in range(SIDE_BY_SIDE):
            self._slots.put(None)
        self._making = threading.Lock()
        self._telling = threading.Lock()
        self._told: set[str] = set()
        self._clouds: dict[str, Cloud] = {}
        self._doors: dict[str, _Door] = {}
        self._identity: dict[str, str] = {}

    @property
    def profile(self) -> str | None:
        """The profile whose credentials are used, where one is named."""
        if self._endpoint and self._endpoint.credentials:
            return None
        return self._profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")

    @cached_property
    def pipelines(self) -> Mapping[str, Sequence[str]]:
        """The account's pipelines by Region, where the endpoint tells them without a call to AWS."""
        told = self._endpoint.pipelines if self._endpoint else None
        return told() if told else {}

    def region(self, stated: str | None = None) -> str:
        """The Region that is stated, else the configured one. Raises NotConnected without any."""
        # boto3 does not read AWS_REGION; the AWS CLI does, before AWS_DEFAULT_REGION and the profile.
        region = stated or self._region or os.environ.get("AWS_REGION") or self._session.region_name
        if not region:
            raise NoRegion
        return str(region)

    def cloud(self, region: str | None = None) -> Cloud:
        """The door to one Region; the configured one when none is named. Raises NotConnected without any."""
        region = self.region(region)
        if region not in self._clouds:
            door = Ledger(self._door(region), self.book)
            self._clouds[region] = Patient(door, self._say, self.stop, self._patience)
        return self._clouds[region]

    def sign_in(self) -> None:
        """Get the credentials of a profile that asks for a code. Raises NotConnected when there are none.

        Called before any thread is begun: there Ctrl-C is heard.
        """
        if not (self._endpoint and self._endpoint.credentials):
            _ = self._session

    def prepare(self, region: str | None, services: Sequence[str]) -> None:
        """Make clients in the background, in this order: there is time while the first answer is awaited."""
        door = self._door(self.region(region))
        threading.Thread(target=door.prepare, args=(services,), name="clients", daemon=True).start()

    def _door(self, region: str) -> "_Door":
        return self._doors.setdefault(region, _Door(self, region))

    @cached_property
    def _session(self) -> "boto3.Session":
        import boto3
        import botocore.session
        from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

        if self._endpoint and self._endpoint.credentials:
            # These credentials come from no profile, so one that AWS_PROFILE names need not exist.
            own: Any = _knowing(botocore.session.Session(session_vars={"profile": (None, None, None, None)}))
            return boto3.Session(botocore_session=own, **self._endpoint.credentials)
        try:
            core: Any = _knowing(botocore.session.Session(profile=self._profile))
            keep_credentials(core, self._ask)
            if asks_for_code(core, self.profile):
                core.get_credentials().get_frozen_credentials()
            return boto3.Session(botocore_session=core)
        except ProfileNotFound as error:
            raise NotConnected(
                f"{error}", hint="`aws configure list-profiles` lists those there are"
            ) from error
        except BotoCoreError as error:
            raise unusable(error, self.profile) from error
        except ClientError as error:
            raise no_session(error, self.profile) from error

    def make_client(self, service: str, region: str) -> Any:
        """A boto3 client; one at a time, since a session is not safe to share while it makes one."""
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            retries={"mode": "standard", "total_max_attempts": self._attempts},
            max_pool_connections=SIDE_BY_SIDE,
            user_agent_extra="pipectl",
            connect_timeout=10,
            s3={"addressing_style": "path"} if self._endpoint else None,
        )
        url = self._endpoint.url if self._endpoint else None
        try:
            with self._making:
                client = self._session.client(
                    service,  # type: ignore[call-overload]  # any service that botocore knows
                    region_name=region,
                    endpoint_url=url,
                    config=config,
                )
        except (BotoCoreError, ValueError) as error:  # ValueError is how it refuses an endpoint
            raise unusable(error, self.profile) from error
        client.meta.events.register("needs-retry", self._tell_retry)
        # before botocore's own handler, which stands at the service and would sleep and try again by itself
        name = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"needs-retry.{name}", refuse_throttled)
        return client

    def _tell_retry(
        self, attempts: int, response: Any, caught_exception: Any, operation: Any, **_: Any
    ) -> None:
        """Say a word when a call takes more than a few seconds: from the third attempt on, or of a timeout.

        That nobody answers is said once for all calls that stand side by side. At the end nothing is said:
        nobody waits any more.
        """
        timed_out = "Timeout" in type(caught_exception).__name__
        refused = caught_exception is not None or (response and response[0].status_code >= 400)  # noqa: PLR2004  HTTP
        if not refused or self.stop.is_set() or (attempts < 3 and not timed_out):  # noqa: PLR2004  said above
            return
        attempt = f"attempt {attempts} of {self._attempts}"
        if caught_exception is None:
            self._say(f"{operation.name} answered {wire_code(response)}, {attempt}")
            return
        told = f"no answer ({type(caught_exception).__name__}), {attempt}"
        with self._telling:
            if told in self._told:
                return
            self._told.add(told)
        self._say(told)

    def identity(self, door: Cloud) -> dict[str, str]:
        """Who is asking: GetCallerIdentity, once for the whole connection."""
        known = dict(self._identity)
        if not known:
            known = door.call("sts", "get_caller_identity")
            self._identity.update(known)
        return known

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        self._slots.get()
        try:
            yield
        finally:
            self._slots.put(None)

    def send(self, client: Any, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Send one call through a client, at most SIDE_BY_SIDE at once, and turn its errors into ours."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._paced(client, service, operation, params)
        except ClientError as error:
            if has_been_made(operation, error):
                return {}
            raise aws_error(client, operation, error, self.profile) from error
        except BotoCoreError as error:
            raise not_connected(service, operation, error, self.profile) from error
        answer.pop("ResponseMetadata", None)
        return answer

    def _paced(self, client: Any, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Send a call when its quota has room, and again while AWS throttles it. Raises ClientError."""
        from botocore.exceptions import ClientError

        name = client.meta.method_to_api_mapping.get(operation, operation)
        lane = self._pace.lane(service, name, client.meta.region_name)
        sent = 0
        while True:
            ticket = self._pace.wait(lane, service, name)
            try:
                with self._slot():
                    if not self._pace.holds(lane, ticket):
                        continue
                    answer: dict[str, Any] = getattr(client, operation)(**params)
            except ClientError as error:
                sent += 1 + retries(error)
                error.response["ResponseMetadata"]["RetryAttempts"] = sent - 1
                if not is_throttle(error):
                    self._pace.passed(lane, ticket)
                    raise
                if self._pace.throttled(lane, ticket) >= self._attempts:
                    raise
            else:
                self._pace.passed(lane, ticket)
                return answer


class _Door:
    """The innermost door: one Region, clients made when they are first needed."""

    def __init__(self, connection: Connection, region: str) -> None:
        self._connection = connection
        self._region = region
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    @cached_property
    def account(self) -> Account:
        identity = self._connection.identity(Ledger(self, self._connection.book))
        return Account(
            id=identity["Account"],
            region=self._region,
            partition=identity["Arn"].split(":")[1],
            caller=identity["Arn"],
        )

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        return self._connection.send(self._client(service), service, operation, params)

    def prepare(self, services: Sequence[str]) -> None:
        with contextlib.suppress(NotConnected):  # which meets whoever calls such a service
            for service in services:
                if not self._connection.stop.is_set():
                    self._client(service)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            with self._making:
                if service not in self._clients:
                    self._clients[service] = self._connection.make_client(service, self._region)
        return self._clients[service]
