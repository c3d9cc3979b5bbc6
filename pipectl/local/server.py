"""The local AWS behind its socket: whose call is it, who answers, and in which words it fails."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from pipectl.local import (
    container_credentials,
    control,
    gaps,
    model,
    motos,
    privacy,
    routing,
    shapes,
    webhook_door,
)
from pipectl.local.listener import STREAMED, Listener, listen
from pipectl.local.options import Options
from pipectl.local.permissions import api
from pipectl.local.throttle import Throttle
from pipectl.local.wire import Answer, Caller, Refused, Request, refusal
from pipectl.local.world import OWN_SERVICES, World

_log = logging.getLogger(__name__)
_NOT_RETRIED = 501  # SDKs try 500, 502, 503 and 504 again
_REFUSED = 400  # and above: an error


class Server:
    """One local AWS: a world, the services in it, and what tests and benchmarks may turn."""

    def __init__(
        self,
        *,
        delay_ms: float = 0,
        role_delay_s: float = 0,
        checks_answers: bool = False,
        options: Options | None = None,
    ) -> None:
        self._options = options or Options()
        self.delay_ms = delay_ms
        self.requests = control.RequestLog()
        self.faults = control.Faults()
        self.failures: list[BaseException] = []
        self._role_delay_s = role_delay_s
        self._checks_answers = checks_answers
        self._started = time.time()
        self._listener: Listener | None = None
        self.world = self._new_world()
        self._throttle = self._new_throttle()

    def listen(self, port: int = 0) -> None:
        """Bind the port (0: any free one)"""
        self._listener = listen(port, self._respond)
        self.world.url = self.url

    def serve(self) -> None:
        """Answer until `close`"""
        self._bound().serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Stop answering"""
        self._bound().shutdown()
        self._bound().server_close()
        self.world.close()

    @property
    def port(self) -> int:
        """The bound port"""
        return self._bound().port

    @property
    def url(self) -> str:
        """The endpoint for SDKs"""
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Forget everything that was made: accounts, resources, moved clock, ordered faults"""
        before = self.world
        with before.lock:
            motos.reset()
            self.world = self._new_world()
            self.world.url = before.url
            self._throttle = self._new_throttle()
            self.faults.order([])
        before.close()  # outside of the lock: what ends there may need it

    def health(self) -> dict[str, Any]:
        """Say who answers here"""
        return {
            **control.health(self._started),
            "pipelines": self.world.pipelines(),
            "throttle": self._options.throttle,
            "iam": self._options.iam,
        }

    def _bound(self) -> Listener:
        if self._listener is None:
            raise RuntimeError("the server does not listen yet")
        return self._listener

    def _new_world(self) -> World:
        return World(
            role_delay_s=self._role_delay_s, checks_answers=self._checks_answers, options=self._options
        )

    def _new_throttle(self) -> Throttle | None:
        """Buckets fill by the time of the world, which tests move"""
        return Throttle(lambda: self.world.now().timestamp()) if self._options.throttle else None

    def _respond(self, environ: dict[str, Any], body: bytes) -> Answer | None:
        try:
            return self._routed(environ, body)
        except Exception as error:  # noqa: BLE001  whatever a client sends, it gets an answer
            _log.exception("%s failed", environ.get("PATH_INFO"))
            return refusal(
                "json", Refused("InternalFailure", f"The local AWS failed: {error!r}"), _NOT_RETRIED
            )

    def _routed(self, environ: dict[str, Any], body: bytes) -> Answer | None:
        foreign = routing.foreign(environ)
        if foreign:
            return refusal("json", Refused("AccessDeniedException", foreign, 403))
        if environ.get("PATH_INFO", "").startswith(container_credentials.PREFIX):
            return container_credentials.answer(self.world, environ)
        path = environ.get("PATH_INFO", "/")
        if path.startswith(webhook_door.PREFIX):
            return webhook_door.answer(self.world, environ, body)
        stranger = self._turned_away(environ)
        if stranger:
            return stranger
        if control.is_control(path) and not routing.is_signed(environ):
            return control.answer(self, environ["REQUEST_METHOD"], path, body)
        if path.startswith(STREAMED):
            from pipectl.local.codecommit import http as git  # with all of dulwich

            return git.answer(self.world, environ)
        return self._logged(routing.read(environ, body, self.world))

    def _turned_away(self, environ: dict[str, Any]) -> Answer | None:
        """A private server answers those who know its key, and the sessions that it gave out itself"""
        if not self._options.key or self.world.knows_session(routing.access_key(environ)):
            return None
        return privacy.turned_away(environ, self._options.key)

    def _logged(self, request: Request) -> Answer | None:
        start = time.time()
        if self.delay_ms:
            threading.Event().wait(self.delay_ms / 1000)
        answer = self._throttled(request) or self._faulty(request)
        self.requests.add(request, start, answer.status if answer else 0)
        if request.service and (answer is None or answer.status < _REFUSED):
            self._record(request)
        return answer

    def _record(self, request: Request) -> None:
        arn = self.world.caller_arn(request.account, request.region, request.access_key)
        self.world.trail.add(request, arn, self.world.now())

    def _throttled(self, request: Request) -> Answer | None:
        refused = self._throttle.refusal(request) if self._throttle else None
        return refusal(model.protocol(request.service), refused) if refused else None

    def _faulty(self, request: Request) -> Answer | None:
        fault = self.faults.take(request)
        if fault is None:
            return self._answer(request)
        if fault.after_effect:
            self._answer(request)
        if fault.close:
            return None
        return refusal(model.protocol(request.service), Refused(fault.code, fault.message, fault.status))

    def _answer(self, request: Request) -> Answer:
        try:
            request = api.admitted(self.world, request)
            answered = self._of_service(request)
            return shapes.recorded(self.world, request, answered) if self._options.shapes else answered
        except Refused as refused:
            status = model.error_status(request.service, refused.code)
            return refusal(model.protocol(request.service), refused, status)
        except Exception as error:  # noqa: BLE001  whatever a service does, its caller gets an answer
            if request.service in OWN_SERVICES:
                self.failures.append(error)
            _log.exception("%s:%s failed", request.service, request.operation)
            return refusal(model.protocol(request.service), _bug(request, error), _NOT_RETRIED)

    def _of_service(self, request: Request) -> Answer:
        if request.service in OWN_SERVICES:
            return self._own(request)
        if (request.service, request.operation) in gaps.UNLOCKED:
            return gaps.answer(self.world, request, motos.answer)
        with self.world.lock:
            return gaps.answer(self.world, request, motos.answer)

    def _own(self, request: Request) -> Answer:
        service = self.world.service(request.service, request.account, request.region)
        arn = self.world.caller_arn(request.account, request.region, request.access_key)
        answer: Answer = service.answer(request, Caller(request.account, request.region, arn))
        return answer


def _bug(request: Request, error: Exception) -> Refused:
    call = f"{request.service or 'unknown service'}:{request.operation or request.path}"
    return Refused("InternalFailure", f"The local AWS failed on {call}: {error!r}")
