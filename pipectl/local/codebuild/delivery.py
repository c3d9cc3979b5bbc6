"""What goes in and out of a build beside its source: the buildspec's text, and the artifacts.

API reference, ProjectArtifacts, for the names in S3; a pipeline gets its artifacts as zip files.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import artifacts, locations
from pipectl.local.codebuild.record import Stored
from pipectl.local.codebuild.sums import of_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipectl.buildspec.values import Buildspec, Files
    from pipectl.local.codebuild.authority import Authority
    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World

_DEFAULT_NAME = "buildspec.yml"
_S3_ARN = ":s3:::"
_OUTPUTS = "outputs"  # what stays of a build's folder


class DeliveryError(Exception):
    """Artifacts that cannot be handed on (CLIENT_ERROR)."""


class NoBuildspecError(Exception):
    """There is no buildspec where the project says."""


def clear(build: Build) -> None:
    """Remove what a completed build leaves behind, but not what a pipeline is going to fetch"""
    for path in build.folder.iterdir():
        if path.is_dir() and not path.is_symlink() and path.name != _OUTPUTS:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _OUTPUTS:
            path.unlink(missing_ok=True)
    if build.pipeline:
        build.pipeline.inputs.clear()


def buildspec_text(build: Build, source: Path, world: World, account: str) -> str:
    """Inline when it has several lines; else an object of S3 or a path below the source (user guide)"""
    stated = str(build.shown["source"].get("buildspec") or "")
    if "\n" in stated or stated.lstrip().startswith(("version:", "{")):
        return stated
    if stated.startswith("arn:") and _S3_ARN in stated:
        return _object(stated.partition(_S3_ARN)[2], world, account)
    path = (source / (stated or _DEFAULT_NAME)).resolve()
    if not path.is_relative_to(source.resolve()):
        raise NoBuildspecError(f"stat {stated}: the path leads out of the source")
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        # Both sentences as in logs of builds: the second where the project names a path
        missing = f"stat {path}: no such file or directory" if stated else "YAML file does not exist"
        raise NoBuildspecError(missing) from None
    except (OSError, UnicodeError) as error:
        raise NoBuildspecError(f"read {path}: {error}") from error


def _object(location: str, world: World, account: str) -> str:
    bucket, _, key = location.partition("/")
    with world.lock:
        backend = world.moto("s3", account, "us-east-1")
        found = backend.get_object(bucket, key) if bucket in backend.buckets else None
        if found is None:
            raise NoBuildspecError(f"NoSuchKey: The specified key does not exist: {location}")
        return str(found.value.decode(errors="replace"))


class Delivery:
    """Hands the artifacts of one build on."""

    def __init__(
        self, world: World, build: Build, authority: Authority, expanded: Callable[[str], str]
    ) -> None:
        self._world, self._build, self._authority = world, build, authority
        self._expanded = expanded

    def upload(self, spec: Buildspec, source: Path, say: Callable[[str], None]) -> None:
        try:
            if self._build.batch and self._build.batch.combines:
                self._for_batch(spec, source, say)
            elif self._build.pipeline:
                self._for_pipeline(spec, source, say)
            else:
                self._for_project(spec, source, say)
        except artifacts.ArtifactError as error:
            raise DeliveryError(str(error)) from error

    def _for_batch(self, spec: Buildspec, source: Path, say: Callable[[str], None]) -> None:
        """Keep the primary artifact for the batch, which combines those of all builds"""
        if spec.artifacts:
            found = artifacts.collect(spec.artifacts, source, say, self._expanded)
            self._build.outputs[""] = artifacts.pack(found, self._target(""), links=spec.artifacts.links)

    def _for_pipeline(self, spec: Buildspec, source: Path, say: Callable[[str], None]) -> None:
        """User guide of CodePipeline: one output takes `artifacts`, several are secondary artifacts

        A buildspec without `artifacts` hands nothing over and the build succeeds: whoever reads the output
        fails (user guide of CodePipeline, troubleshooting, "Unable to access the artifact").
        """
        names = self._build.pipeline.outputs if self._build.pipeline else ()
        if names and not spec.artifacts and not spec.secondary:
            say("No artifact files specified")
            return
        for name in names:
            if self._build.pipeline and name in self._build.pipeline.stored:
                self._authority.hand_on([self._build.pipeline.stored[name]])
            files = self._files_of(spec, name, alone=len(names) == 1)
            found = artifacts.collect(files, source, say, self._expanded)
            packed = artifacts.pack(found, self._target(name), links=files.links)
            self._build.outputs[name] = packed
            if name == names[0]:
                with self._world.lock:
                    self._build.shown["artifacts"] |= of_zip(packed.read_bytes())

    def _files_of(self, spec: Buildspec, name: str, *, alone: bool) -> Files:
        """What an output takes; in a batch BUILD is its primary artifact, BUILD_ID its secondary one"""
        identifiers = self._build.pipeline.identifiers if self._build.pipeline else {}
        if name not in identifiers:
            return _files_for(spec, name, alone=alone)
        files = spec.secondary.get(identifiers[name]) if identifiers[name] else spec.artifacts
        if files is None:
            raise DeliveryError(f"no definition for artifact {name} in the buildspec")
        return files

    def _target(self, name: str) -> Path:
        folder = self._build.folder / _OUTPUTS
        folder.mkdir(exist_ok=True)
        return folder / f"{hashlib.sha256(name.encode()).hexdigest()}.zip"

    def _for_project(self, spec: Buildspec, source: Path, say: Callable[[str], None]) -> None:
        target = self._build.artifacts
        if target["type"] == "S3" and spec.artifacts:
            shown = self._to_s3(target, spec.artifacts, source, say)
            with self._world.lock:
                self._build.shown["artifacts"] = shown
        secondary = []
        for target in self._build.project.get("secondaryArtifacts", []):
            identifier = target["artifactIdentifier"]
            if identifier not in spec.secondary:
                raise DeliveryError(f"no definition for secondary artifact {identifier}")
            shown = self._to_s3(target, spec.secondary[identifier], source, say)
            secondary.append(shown | {"artifactIdentifier": identifier})
        with self._world.lock:
            self._build.shown["secondaryArtifacts"] = secondary

    def _to_s3(
        self, target: dict[str, Any], files: Files, source: Path, say: Callable[[str], None]
    ) -> dict[str, Any]:
        found = artifacts.collect(files, source, say, self._expanded)
        named = self._expanded(files.name) if target.get("overrideArtifactName") and files.name else None
        prefix = self._expanded(files.prefix) if files.prefix else None
        key = locations.key(target, self._build.shown["projectName"], self._build.uuid, named, prefix)
        return self._stored(target, locations.bucket(target), key, found)

    def _stored(
        self, target: dict[str, Any], bucket: str, key: str, found: dict[str, Path]
    ) -> dict[str, Any]:
        """API reference, packaging: ZIP is one object, NONE a folder of them"""
        shown = locations.shown(target, bucket, key)
        if target.get("packaging") == "ZIP":
            data = artifacts.pack(found, self._target(key)).read_bytes()
            self._put(bucket, key, data)
            return shown | of_zip(data)
        for path, file in found.items():
            self._put(bucket, f"{key}/{path}".lstrip("/"), file.read_bytes())
        return shown

    def _put(self, bucket: str, key: str, data: bytes) -> None:
        self._authority.hand_on([Stored(bucket, key)])
        with self._world.lock:
            backend = self._world.moto("s3", self._authority.account, self._authority.region)
            if bucket not in backend.buckets:
                raise DeliveryError(f"NoSuchBucket: The specified bucket does not exist: {bucket}")
            stored = backend.put_object(bucket, key, data)
            stored.set_metadata({"x-amz-meta-codebuild-buildarn": self._build.shown["arn"]})


def _files_for(spec: Buildspec, name: str, *, alone: bool) -> Files:
    if name in spec.secondary and not (alone and spec.artifacts and spec.artifacts.files):
        return spec.secondary[name]
    if alone and spec.artifacts:
        return spec.artifacts
    raise DeliveryError(f"no definition for {'' if alone else 'secondary '}artifact {name} in the buildspec")
