"""The services that are moto's: a call goes in as WSGI, every failure comes out as a refusal."""

from __future__ import annotations

import io
import sys
import threading
from typing import TYPE_CHECKING, Any

from pipectl.local.service import unknown_operation
from pipectl.local.wire import Answer, Request

if TYPE_CHECKING:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication


class Moto:
    """moto's application, imported when the first call comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._application: DomainDispatcherApplication | None = None

    def answer(self, request: Request) -> Answer:
        """Let moto answer; its exceptions become refusals"""
        application = self.application()
        if request.service and not self._knows(application, request):
            raise unknown_operation(request.service, request.operation)
        try:
            return _call(application, request)
        except NotImplementedError:
            raise unknown_operation(request.service, request.operation) from None

    def application(self) -> DomainDispatcherApplication:
        """Import moto and build its application"""
        with self._lock:
            if self._application is None:
                from moto.moto_server.werkzeug_app import (
                    DomainDispatcherApplication,
                    create_backend_app,
                )

                self._application = DomainDispatcherApplication(create_backend_app)
            return self._application

    def _knows(self, application: DomainDispatcherApplication, request: Request) -> bool:
        host = application.infer_service_region_host(dict(request.environ), request.path)
        return host is None or application.get_backend_for_host(host) is not None


def _call(application: DomainDispatcherApplication, request: Request) -> Answer:
    said: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _failed: object = None) -> None:
        said["status"] = int(status.split(maxsplit=1)[0])
        said["headers"] = headers

    chunks = application(_environ(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return Answer(said["status"], dict(said["headers"]), body)


def _environ(request: Request) -> dict[str, Any]:
    environ = dict(request.environ)
    environ["wsgi.input"] = io.BytesIO(request.body)
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = request.account
    environ["QUERY_STRING"] = request.query
    return environ


def reset() -> None:
    """Drop moto's state, if moto was ever imported"""
    if "moto.core.base_backend" not in sys.modules:
        return
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()
