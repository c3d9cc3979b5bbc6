"""The services that are moto's: a call goes in as WSGI, every failure comes out as a refusal.

moto is slow to import, so nothing here does it before it is needed, and two threads never import it at once.
"""

from __future__ import annotations

import functools
import io
import sys
import threading
from typing import TYPE_CHECKING, Any

from pipectl.local import model
from pipectl.local.service import unknown_operation
from pipectl.local.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    from pipectl.local.wire import Request

_importing = threading.RLock()
_applications: dict[str, Any] = {}  # by the host that a call would go to in AWS
_NO_ROUTE, _PAGE = (404, 405), b"<!doctype html>"  # what Flask says where moto has no door
_USUAL = ("iam", "s3", "logs", "events", "ecr", "sts")


def answer(request: Request) -> Answer:
    """Let moto answer; what it lacks is refused"""
    if request.path.startswith("/moto-api"):  # moto's own controls would go around ours
        raise unknown_operation("moto", request.path)
    try:
        with _importing:
            service = _application(request)
        answered = _call(service, request)
    except NotImplementedError:
        raise unknown_operation(request.service, request.operation) from None
    except ModuleNotFoundError as error:
        raise unknown_operation(request.service, request.operation, needs=error.name) from None
    if answered.status in _NO_ROUTE and answered.body.startswith(_PAGE):
        raise unknown_operation(request.service, request.operation)
    return answered


def ready() -> None:
    """Import moto's core; nobody may import a part of moto before this is done"""
    with _importing:
        _dispatcher()


def backends(name: str) -> Any:
    """Find moto's backends of a service: by account, then by Region or partition"""
    with _importing:
        _dispatcher()
        if name == "stepfunctions":  # the machines that run are kept by another backend (`_dispatcher`)
            from moto.stepfunctions.parser.models import stepfunctions_parser_backends

            return stepfunctions_parser_backends
        from moto.backends import get_backend

        return get_backend(name)  # type: ignore[call-overload]


def is_used(name: str) -> bool:
    """Whether a service of moto was asked anything yet: before that it is not imported, and has nothing"""
    return f"moto.{name}.models" in sys.modules


def account_of(access_key: str) -> str:
    """Find the account of a key that IAM or STS gave out; unknown ones are moto's default account"""
    backends("iam")
    from moto.iam.models import get_account_id_from

    return str(get_account_id_from(access_key))


def is_known(access_key: str) -> bool:
    """Whether IAM or STS gave a key out"""
    accounts = backends("iam")
    return any(
        access_key in partition.access_keys
        for account in list(accounts.values())
        for partition in list(account.values())
    )


def rest_operation(service: str, environ: Mapping[str, Any]) -> str:
    """Name the operation that a method and a path mean; "" for none"""
    described = model.service_model(service)
    if described is None or not model.protocol(service).startswith("rest"):
        return ""
    with _importing:
        _dispatcher()
        from moto.core.routing import get_service_router
        from moto.moto_server.werkzeug_app import BackendRequest
        from werkzeug.exceptions import HTTPException

        # Matching stays inside: moto keeps its models under the keys that botocore's own have, and two first
        # calls at once would get each other's.
        try:
            operation, _ = get_service_router(described.service_name).match(BackendRequest(dict(environ)))
        except (HTTPException, NotImplementedError):
            return ""
        return str(operation.name)


def warm(lock: threading.RLock) -> None:
    """Import what the first calls will need, service by service, so that a call waits for one at most.

    Services are imported under the world's lock only (as every call to moto is): two threads that import
    modules which need each other can hand out half of one.
    """
    ready()
    for name in _USUAL:
        with lock:
            backends(name)


def reset() -> None:
    """Drop moto's state, if moto was ever imported"""
    if "moto.core.base_backend" not in sys.modules:
        return
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()


@functools.cache
def _dispatcher() -> DomainDispatcherApplication:
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    default_user_config["stepfunctions"]["execute_state_machine"] = True  # otherwise they run for ever
    return DomainDispatcherApplication(create_backend_app)


def _application(request: Request) -> Any:
    """Find moto's application for a service; its own search looks through its folders for every call"""
    dispatcher = _dispatcher()
    environ = _environ(request)
    host = dispatcher.infer_service_region_host(environ, request.path) if request.service else None
    if host is None:
        return dispatcher.get_application(environ)
    if host not in _applications:
        is_known = "." not in host or any(
            pattern.match(f"http://{host}") for _, pattern in dispatcher.backend_url_patterns
        )
        if not is_known:
            raise unknown_operation(request.service, request.operation)
        _applications[host] = dispatcher.get_application(environ)
    return _applications[host]


def _call(application: Any, request: Request) -> Answer:
    said: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _failed: object = None) -> None:
        said["status"] = int(status.split(maxsplit=1)[0])
        said["headers"] = headers

    chunks = application(_environ(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        chunks.close()
    return Answer(said["status"], dict(said["headers"]), body)


def _environ(request: Request) -> dict[str, Any]:
    environ = dict(request.environ)
    environ["wsgi.input"] = io.BytesIO(request.body)
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = request.account
    environ["QUERY_STRING"] = request.query
    return environ
