"""Where the source of a build comes from: a pipeline, CodeCommit, S3, a linked clone, or nowhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipectl.local import connections
from pipectl.local.codebuild import unpack
from pipectl.local.codecommit import archives, store
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World

_REPOSITORY = re.compile(r".*/v1/repos/(?P<name>[\w.-]+?)/?|codecommit::[\w-]+://(?P<grc>[\w.-]+)")
S3_ARN = re.compile(r"^arn:[^:]+:s3:::")
_MAIN = ""


class SourceError(Exception):
    """A source that cannot be fetched (CLIENT_ERROR)."""


def folders(build: Build) -> dict[str, Path]:
    """Where each source goes: the primary under "", the others under their identifier"""
    names = [_MAIN, *_secondary_names(build)]
    return {
        name: build.folder / "src" / (f"{index:02}" if index else "main") for index, name in enumerate(names)
    }


def _secondary_names(build: Build) -> list[str]:
    if build.pipeline:
        return [name for name in build.pipeline.inputs if name != build.pipeline.primary]
    return [source["sourceIdentifier"] for source in build.shown["secondarySources"]]


def fetch(build: Build, world: World, account: str, region: str) -> None:
    """Fill the folders; SourceError says why it was not possible"""
    fetcher = _Fetcher(world, account, region)
    places = folders(build)
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    if build.pipeline:
        for name, data in build.pipeline.inputs.items():
            fetcher.artifact(data, places[_MAIN if name == build.pipeline.primary else name])
        return
    version = build.request.get("commit") or build.shown.get("sourceVersion")  # pr/1 is no name for git
    resolved = fetcher.source(build.shown["source"], version, places[_MAIN])
    with world.lock:
        build.shown["resolvedSourceVersion"] = resolved or build.shown.get("resolvedSourceVersion")
    versions = {
        entry["sourceIdentifier"]: entry["sourceVersion"] for entry in build.shown["secondarySourceVersions"]
    }
    for source in build.shown["secondarySources"]:
        name = source["sourceIdentifier"]
        fetcher.source(source, versions.get(name), places[name])


class _Fetcher:
    def __init__(self, world: World, account: str, region: str) -> None:
        self._world, self._account, self._region = world, account, region

    def source(self, source: dict[str, Any], version: str | None, folder: Path) -> str | None:
        """Fetch one source; the commit or object version that it turned out to be"""
        kind = source["type"]
        if kind == "NO_SOURCE":
            return None
        if kind == "CODECOMMIT":
            return self._repository(_repository(source["location"]), version, folder)
        if kind == "S3":
            return self._object(source["location"], version, folder)
        return self._hosted(source, version, folder)

    def _hosted(self, source: dict[str, Any], version: str | None, folder: Path) -> str:
        """A source of GitHub and its like, from the clone that its connection is linked to"""
        arn = self._world.service("codebuild", self._account, self._region).connection_of(source)
        name = hosted_name(source)
        clone = connections.repository(self._world, arn, name) if arn else None
        if clone is None:
            how = "" if arn else "give it a connection (auth CODECONNECTIONS); "
            link = f"in your clone of {name}, `pipectl local connect {arn or 'ARN'} .` links it"
            raise SourceError(f"the local AWS cannot fetch {source['location']}: {how}{link}")
        commit = _commit(clone, version)
        if commit is None:
            raise SourceError(f"reference not found for primary source and source version {version}")
        if not _cloned(clone, commit, folder):
            _unpacked(archives.packed(clone, commit), folder)
        return commit

    def artifact(self, data: bytes, folder: Path) -> None:
        """A pipeline's artifact: a zip file, or the reference of a full clone (CODEBUILD_CLONE_REF)"""
        if data[:1] == b"{":
            reference = json.loads(data)
            self._repository(reference["repository"], reference["commit"], folder)
            return
        _unpacked(data, folder)

    def _repository(self, name: str, version: str | None, folder: Path) -> str:
        codecommit = self._world.service("codecommit", self._account, self._region)
        try:
            with self._world.lock:
                commit: str = codecommit.resolved(name, version)
                git_folder = codecommit.found(name).folder
        except Refused as refused:
            raise SourceError(f"{refused.code}: {refused.message}") from refused
        if not _cloned(git_folder, commit, folder):
            _unpacked(codecommit.archive(name, commit), folder)
        return commit

    def _object(self, location: str, version: str | None, folder: Path) -> str | None:
        """User guide: BUCKET/KEY.zip, or BUCKET/FOLDER/ with everything below"""
        bucket, _, key = S3_ARN.sub("", location).partition("/")
        with self._world.lock:
            objects = self._objects(bucket, key, version)
        if not key.endswith("/"):
            _unpacked(objects[key], folder)
            return version
        for name, data in objects.items():
            target = (folder / name.removeprefix(key)).resolve()
            if not name.endswith("/") and target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        return None

    def _objects(self, bucket: str, key: str, version: str | None) -> dict[str, bytes]:
        backend = self._world.moto("s3", self._account, self._region)
        if bucket not in backend.buckets:
            raise SourceError(f"NoSuchBucket: The specified bucket does not exist: {bucket}")
        if key.endswith("/"):
            kept = backend.buckets[bucket].keys
            return {name: kept[name].value for name in list(kept) if name.startswith(key)}
        found = backend.get_object(bucket, key, version)
        if found is None:
            raise SourceError(f"NoSuchKey: The specified key does not exist: {key}")
        return {key: found.value}


def hosted_name(source: Mapping[str, Any]) -> str:
    """OWNER/NAME of a repository of GitHub and its like"""
    path = urlsplit(str(source.get("location") or "")).path
    return path.strip("/").removesuffix(".git")


def _commit(clone: Path, version: str | None) -> str | None:
    """A branch, tag or commit of a clone; what is checked out there without one"""
    branch = (version or "").removeprefix("refs/heads/")
    specifier = (store.tip(clone, branch) if branch else None) or version or "HEAD"
    commit = archives.commit_of(clone, specifier)
    return str(commit["commitId"]) if commit else None


def _repository(location: str) -> str:
    found = _REPOSITORY.fullmatch(location)
    if not found:
        raise SourceError(f"{location} is no URL of a CodeCommit repository")
    return str(found["name"] or found["grc"]).removesuffix(".git")


def _unpacked(data: bytes, folder: Path) -> None:
    try:
        unpack.unpack(data, folder)
    except unpack.UnpackError as error:
        raise SourceError(str(error)) from error


def _cloned(repository: Path, commit: str, folder: Path) -> bool:
    """A clone with history, as CodeBuild's own sources have it; without git on this machine there is none"""
    git = shutil.which("git")
    if git is None:
        return False
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (
        ["clone", "-q", "--no-hardlinks", "--no-checkout", str(repository), str(folder)],
        ["-C", str(folder), "-c", "advice.detachedHead=false", "checkout", "-q", commit],
    ):
        done = subprocess.run([git, *words], env=clean, capture_output=True, check=False)  # noqa: S603  our words
        if done.returncode:
            raise SourceError(done.stderr.decode(errors="replace").strip())
    return True
