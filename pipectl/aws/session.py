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
from pipectl.aws.ledger import Book, Ledger
from pipectl.aws.patient import PATIENCE, Patient
from pipectl.errors import AccessDenied, AwsError, NoAnswer, NotConnected
from pipectl.stop import Stop

if TYPE_CHECKING:
    import boto3
    from botocore.exceptions import ClientError

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
BAD_CREDENTIALS = frozenset({
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
    "SignatureDoesNotMatch", "InvalidAccessKeyId",
})  # fmt: skip
NO_CREDENTIALS = frozenset({
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError",
    "SSOTokenLoadError", "UnauthorizedSSOTokenError", "SSOError",
})  # fmt: skip
EXISTS = frozenset({
    "BucketAlreadyOwnedByYou", "EntityAlreadyExists", "PipelineNameInUseException",
    "RepositoryAlreadyExistsException", "RepositoryNameExistsException", "ResourceAlreadyExistsException",
})  # fmt: skip
MEANWHILE = "somebody made it meanwhile; run it again, and it is compared like all that is there"
ATTEMPTS = 6
"""How often botocore sends a call that is throttled, lost or answered with 5xx (standard retry mode)."""

LOGIN_HINT = "`aws sso login`, `--profile NAME`, or `--local` for the local AWS that needs no account"


@dataclass(frozen=True)
class Endpoint:
    """Where to send calls to, and as whom, when it is not AWS by the ordinary credential chain."""

    url: str
    credentials: Mapping[str, str] | None = None
    """`aws_access_key_id` and `aws_secret_access_key`; None takes the ordinary chain."""


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

    `say` is told about waiting: at most `patience` seconds for what settles late, and until a call was sent
    `attempts` times. Setting `stop` ends all waiting.
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
    ) -> None:
        self.book = Book()
        self.stop = Stop()
        self._profile = profile
        self._region = region
        self._endpoint = endpoint
        self._say = say
        self._patience = patience
        self._attempts = attempts
        self._slots: SimpleQueue[None] = SimpleQueue()  # no semaphore: stop.py tells why
        for _ in range(SIDE_BY_SIDE):
            self._slots.put(None)
        self._making = threading.Lock()
        self._telling = threading.Lock()
        self._told: set[str] = set()
        self._clouds: dict[str, Cloud] = {}
        self._doors: dict[str, _Door] = {}
        self._identity: dict[str, str] = {}

    def region(self, stated: str | None = None) -> str:
        """The Region that is stated, else the configured one. Raises NotConnected without any."""
        # boto3 does not read AWS_REGION; the AWS CLI does, before AWS_DEFAULT_REGION and the profile.
        region = stated or self._region or os.environ.get("AWS_REGION") or self._session.region_name
        if not region:
            raise NotConnected(
                "no AWS Region is set",
                hint="write `region:` into the spec, or use `--region NAME` or AWS_REGION",
            )
        return str(region)

    def cloud(self, region: str | None = None) -> Cloud:
        """The door to one Region; the configured one when none is named. Raises NotConnected without any."""
        region = self.region(region)
        if region not in self._clouds:
            door = Ledger(self._door(region), self.book)
            self._clouds[region] = Patient(door, self._say, self.stop, self._patience)
        return self._clouds[region]

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
        from botocore.exceptions import BotoCoreError, ProfileNotFound

        if self._endpoint and self._endpoint.credentials:
            # These credentials come from no profile, so one that AWS_PROFILE names need not exist.
            own: Any = _knowing(botocore.session.Session(session_vars={"profile": (None, None, None, None)}))
            return boto3.Session(botocore_session=own, **self._endpoint.credentials)
        try:
            core: Any = _knowing(botocore.session.Session(profile=self._profile))
            return boto3.Session(botocore_session=core)
        except ProfileNotFound as error:
            raise NotConnected(
                f"{error}", hint="`aws configure list-profiles` lists those there are"
            ) from error
        except BotoCoreError as error:
            raise _unusable(error) from error

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
            raise _unusable(error) from error
        client.meta.events.register("needs-retry", self._tell_retry)
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
            self._say(f"{operation.name} answered {_wire_code(response)}, {attempt}")
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
            with self._slot():
                answer: dict[str, Any] = getattr(client, operation)(**params)
        except ClientError as error:
            if _is_done(operation, error):
                return {}
            raise _aws_error(service, operation, error) from error
        except BotoCoreError as error:
            raise _not_connected(service, operation, error) from error
        answer.pop("ResponseMetadata", None)
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


def _wire_code(response: Any) -> str:
    http, parsed = response
    return str((parsed or {}).get("Error", {}).get("Code") or http.status_code)


def _is_done(operation: str, error: "ClientError") -> bool:
    """Whether a creation that was sent again meets what it has made: its first answer was lost.

    What follows a creation must not wait for the next run: the holds of a pipeline, which starts at once.
    """
    sent_again = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
    return operation.startswith("create_") and sent_again and error.response["Error"]["Code"] in EXISTS


def _aws_error(service: str, operation: str, error: "ClientError") -> AwsError | NotConnected:
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    said = str(error.response.get("Error", {}).get("Message", ""))
    if code in BAD_CREDENTIALS:
        return NotConnected(f"AWS does not accept the credentials ({code}: {said})", hint=LOGIN_HINT)
    retries = int(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))
    if retries:
        said += f" (sent {retries + 1} times)"
    kind = AccessDenied if code in DENIED or code.startswith("AccessDenied") else AwsError
    return kind(service, operation, code, said, hint=MEANWHILE if code in EXISTS else None)


def _not_connected(service: str, operation: str, error: Exception) -> NotConnected | AwsError:
    from botocore.exceptions import ConnectionError as Unreachable
    from botocore.exceptions import HTTPClientError

    name = type(error).__name__
    if name in NO_CREDENTIALS:
        return _unusable(error)
    if name in ("ParamValidationError", "UnknownParameterError"):
        return AwsError(service, operation, name, str(error).removeprefix("Parameter validation failed:\n"))
    if isinstance(error, Unreachable | HTTPClientError):
        return NoAnswer(
            f"{service} {operation} got no answer: {error}",
            hint="check the network, the Region and the endpoint",
        )
    return _unusable(error)


def _unusable(error: Exception) -> NotConnected:
    """What boto3 says of a configuration that it cannot work with."""
    if type(error).__name__ in NO_CREDENTIALS:
        return NotConnected(f"no usable AWS credentials: {error}", hint=LOGIN_HINT)
    return NotConnected(
        f"{error}", hint="look at `--profile`, `--region`, `--endpoint-url` and ~/.aws/config"
    )
