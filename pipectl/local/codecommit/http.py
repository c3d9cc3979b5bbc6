"""Git over HTTP: what `git clone`, `fetch` and `push` speak, by dulwich's handlers.

Git's documentation, "http-protocol": the client first reads the references of a service, then posts its request.
No large transfer is held in memory: requests are read as they come, answers wait in a file.
"""

from __future__ import annotations

import gzip
import logging
import re
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import parse_qs

from dulwich.errors import GitProtocolError, HangupException
from dulwich.protocol import ReceivableProtocol
from dulwich.server import Backend, ReceivePackHandler, UploadPackHandler

from pipectl.local.codecommit import store
from pipectl.local.service import Refused
from pipectl.local.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dulwich.repo import Repo
    from dulwich.server import BackendRepo

    from pipectl.local.codecommit import CodeCommit
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.world import World

_log = logging.getLogger(__name__)

_PATH = re.compile(
    r"/git/(?P<account>\d{12})/(?P<region>[a-z0-9-]+)/v1/repos/(?P<name>[\w.-]+?)/?"
    r"(?:/(?P<service>info/refs|git-upload-pack|git-receive-pack))?"
)
_HANDLERS = {"git-upload-pack": UploadPackHandler, "git-receive-pack": ReceivePackHandler}
_IN_MEMORY = 1024 * 1024
_NEVER_CACHED = {"Cache-Control": "no-cache, max-age=0, must-revalidate", "Pragma": "no-cache"}


class _OneRepository(Backend):
    """The repository that the URL named, for handlers that ask by path."""

    def __init__(self, repository: Repo) -> None:
        self._repository = repository

    def open_repository(self, path: str) -> BackendRepo:
        return cast("BackendRepo", self._repository)


def answer(world: World, environ: Mapping[str, Any]) -> Answer:
    """Answer one request of git; `wsgi.input` is read to its end"""
    path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if path is None:
        return _text(404, "there is no repository at this URL")
    service: CodeCommit = world.service("codecommit", path["account"], path["region"])
    try:
        with world.lock:
            repository = service.found(path["name"].removesuffix(".git"))
    except Refused as refused:
        return _text(404, refused.message)
    if path["service"] == "info/refs":
        return _advertised(repository, environ)
    if path["service"] is None or environ["REQUEST_METHOD"] != "POST":
        return _text(404, "clone this URL with git")
    return _served(service, repository, path["service"], environ)


def _advertised(repository: Repository, environ: Mapping[str, Any]) -> Answer:
    name = parse_qs(environ.get("QUERY_STRING", "")).get("service", [""])[0]
    if name not in _HANDLERS:
        return _text(403, "only git's smart protocol is spoken here")
    said = _said()
    said.write(b"%04x# service=%s\n0000" % (len(name) + 15, name.encode()))
    with store.opened(repository.folder) as git:
        _handle(name, git, said, advertise=True)
    return _answer(f"application/x-{name}-advertisement", said)


def _served(service: CodeCommit, repository: Repository, name: str, environ: Mapping[str, Any]) -> Answer:
    if environ.get("CONTENT_TYPE") != f"application/x-{name}-request":
        return _text(403, "this is no request of git")
    said = _said()
    with store.opened(repository.folder) as git:
        try:
            _handle(name, git, said, read=_input(environ))
        except (GitProtocolError, HangupException, OSError, AssertionError) as error:
            _log.info("%s of %s failed: %s", name, repository.name, error)
            return _text(400, f"git's request could not be carried out: {error}")
        moves = cast("store.References", git.refs).moves
    if moves:
        _tell(service, repository, moves)
    return _answer(f"application/x-{name}-result", said)


def _handle(
    name: str, git: Repo, said: BinaryIO, *, advertise: bool = False, read: BinaryIO | None = None
) -> None:
    protocol = ReceivableProtocol(read.read if read else _nothing, said.write)
    handler = _HANDLERS[name](
        _OneRepository(git), ["/"], protocol, stateless_rpc=True, advertise_refs=advertise
    )
    handler.handle()


def _tell(service: CodeCommit, repository: Repository, moves: list[store.Move]) -> None:
    """Only now the lock is taken: a push may last, and nobody should wait for it"""
    world = service.world
    with world.lock:
        caller = world.caller_arn(service.account, service.region, service.account)
        service.moved(repository, moves, caller)


def _input(environ: Mapping[str, Any]) -> BinaryIO:
    stream: BinaryIO = environ["wsgi.input"]
    if environ.get("HTTP_CONTENT_ENCODING") in ("gzip", "x-gzip"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    return stream


def _said() -> BinaryIO:
    return cast(
        "BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY)
    )  # the listener closes it when it is sent


def _nothing(size: int) -> bytes:
    return b""


def _answer(content_type: str, said: BinaryIO) -> Answer:
    said.seek(0)
    return Answer(200, {"Content-Type": content_type, **_NEVER_CACHED}, b"", said)


def _text(status: int, message: str) -> Answer:
    return Answer(status, {"Content-Type": "text/plain"}, f"{message}\n".encode())
