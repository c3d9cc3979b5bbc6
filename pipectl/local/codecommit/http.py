"""Git over HTTP: what `git clone`, `fetch` and `push` speak, answered by git itself.

Whoever clones has git, and only git's own server knows all of its protocol (shallow and partial clones, its
version 2); dulwich does not. Git documentation, "http-protocol": the client first reads the references of a
service, then posts its request. No large transfer is held in memory: both sides of it wait in files.
"""

from __future__ import annotations

import gzip
import logging
import re
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import parse_qs

from pipectl.local.codecommit import pushes, store
from pipectl.local.service import Refused
from pipectl.local.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.codecommit import CodeCommit
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.world import World

_log = logging.getLogger(__name__)

_PATH = re.compile(
    r"/git/(?P<account>\d{12})/(?P<region>[a-z0-9-]+)/v1/repos/(?P<name>[\w.-]+?)/?"
    r"(?:/(?P<service>info/refs|git-upload-pack|git-receive-pack))?"
)
_SERVICES = ("git-upload-pack", "git-receive-pack")
_NEVER_CACHED = {"Cache-Control": "no-cache, max-age=0, must-revalidate", "Pragma": "no-cache"}


def answer(world: World, environ: Mapping[str, Any]) -> Answer:
    """Answer one request of git; `wsgi.input` is its body"""
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
    if name not in _SERVICES:
        return _text(403, "only git's smart protocol is spoken here")
    said = _file()
    said.write(b"%04x# service=%s\n0000" % (len(name) + 15, name.encode()))
    said.flush()
    with _file() as nothing:
        failure = pushes.run(
            name, repository.folder, nothing, said, advertise=True, protocol=_protocol(environ)
        )
    return _answer(f"application/x-{name}-advertisement", said, failure)


def _served(service: CodeCommit, repository: Repository, name: str, environ: Mapping[str, Any]) -> Answer:
    if environ.get("CONTENT_TYPE") != f"application/x-{name}-request":
        return _text(403, "this is no request of git")
    said = _file()
    with _file() as request, pushes.recorded(repository.folder) as moves:
        try:
            shutil.copyfileobj(_input(environ), request)
        except (OSError, EOFError) as error:
            said.close()
            return _text(400, f"the request could not be read: {error}")
        request.seek(0)
        failure = pushes.run(name, repository.folder, request, said, protocol=_protocol(environ), moves=moves)
        moved = pushes.read(moves)
    if moved:
        _tell(service, repository, moved)
    return _answer(f"application/x-{name}-result", said, failure)


def _tell(service: CodeCommit, repository: Repository, moves: list[store.Move]) -> None:
    """Only now the lock is taken: a push may last, and nobody should wait for it"""
    world = service.world
    with world.lock:
        caller = world.caller_arn(service.account, service.region, service.account)
        service.moved(repository, moves, caller)


def _protocol(environ: Mapping[str, Any]) -> str:
    """Git's documentation, "protocol-v2": the header that asks for a version"""
    stated = str(environ.get("HTTP_GIT_PROTOCOL", ""))
    return stated if re.fullmatch(r"[a-z0-9=:-]*", stated) else ""


def _input(environ: Mapping[str, Any]) -> BinaryIO:
    stream: BinaryIO = environ["wsgi.input"]
    if environ.get("HTTP_CONTENT_ENCODING") in ("gzip", "x-gzip"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    return stream


def _file() -> BinaryIO:
    """A file without name; an answer's is closed by the listener when it was sent"""
    return cast("BinaryIO", tempfile.TemporaryFile())


def _answer(content_type: str, said: BinaryIO, failure: str | None) -> Answer:
    if failure is not None and said.seek(0, 2) == 0:
        said.close()
        _log.warning("git failed: %s", failure)
        return _text(500, failure)
    return Answer(200, {"Content-Type": content_type, **_NEVER_CACHED}, b"", said)


def _text(status: int, message: str) -> Answer:
    return Answer(status, {"Content-Type": "text/plain"}, f"{message}\n".encode())
