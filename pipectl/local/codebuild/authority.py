"""What a build does in its role's name around its commands, and the phase that fails when it may not.

Sentences that are not marked as inferred were seen in public reports. The commands themselves call with
the role's credentials (container_credentials.py).
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.facts.calls.build import network_calls
from pipectl.facts.calls.images import pull_calls
from pipectl.facts.place import Place
from pipectl.local import permissions
from pipectl.local.codebuild.phases import PhaseError
from pipectl.local.permissions import DeniedError, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.facts.calls.call import Call
    from pipectl.local.codebuild.record import Build, Stored
    from pipectl.local.world import World

_CLIENT_ERROR = "CLIENT_ERROR"


class Authority:
    """The role of one build"""

    def __init__(self, world: World, build: Build, account: str, region: str) -> None:
        self._world, self._build = world, build
        self._place = Place(world.partition(region), region, account)
        self.role = permissions.Caller(world, build.shown["serviceRole"], f"AWSCodeBuild-{build.uuid}")

    @property
    def account(self) -> str:
        """The account of the build"""
        return self._place.account

    @property
    def region(self) -> str:
        """The Region of the build"""
        return self._place.region

    def write_logs(self, logs: dict[str, Any]) -> None:
        """Open the stream; the words as in juspay/hyperswitch-cdk#37, inferred for group and events"""
        group, stream = logs.get("groupName"), logs.get("streamName")
        if not group:
            return
        begin = self._place.arn("logs", f"log-group:{group}")
        try:
            if group not in self._world.moto("logs", self._place.account, self._place.region).groups:
                self.role.require("logs:CreateLogGroup", f"{begin}:log-stream:")
            for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
                self.role.require(action, f"{begin}:log-stream:{stream}")
        except DeniedError as denied:
            message = (
                f"Service role {self.role.role} does not allow AWS CodeBuild to create Amazon CloudWatch "
                f"Logs log streams for build {self._build.shown['arn']}. Error message: {denied}"
            )
            raise PhaseError("ACCESS_DENIED", message) from None

    def join_network(self) -> None:
        """The network interfaces of a build in a VPC (user guide, troubleshooting: VPC_CLIENT_ERROR)"""
        vpc = self._build.shown.get("vpcConfig") or {}
        if not vpc.get("vpcId"):
            return
        try:
            self._all(network_calls(list(vpc.get("subnets", [])), self._place, ""))
        except DeniedError as denied:
            raise PhaseError(
                "VPC_CLIENT_ERROR", f"Unexpected EC2 error: UnauthorizedOperation ({denied})"
            ) from None

    def pull_image(self) -> None:
        """An image that the role itself pulls; docker's words as in everything2/everything2#2562"""
        environment = self._build.shown["environment"]
        if environment.get("imagePullCredentialsType") != "SERVICE_ROLE":
            return
        image = str(environment["image"])
        try:
            self._all(pull_calls([image], self._place, ""))
        except DeniedError as denied:
            message = (
                "Unable to pull customer's container image. CannotPullContainerError: Error response "
                f"from daemon: pull access denied for {_repository(image)}, repository "
                "does "
                f"not exist or may require 'docker login': denied: {denied}"
            )
            raise PhaseError("BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE", message) from None

    def fetch_sources(self) -> None:
        """The artifacts of a pipeline, or the project's own sources"""
        work, shown = self._build.pipeline, self._build.shown
        if work:
            for name, data in work.inputs.items():
                self._fetch_artifact(name, data, is_primary=name == work.primary)
            return
        self._fetch_source(shown["source"], shown.get("sourceVersion"), "primary source")
        for source in shown["secondarySources"]:
            self._fetch_source(source, None, f"secondary source {source['sourceIdentifier']}")

    def fetch_buildspec(self) -> None:
        """A buildspec in S3 (user guide, "Buildspec file name and storage location")"""
        stated = str(self._build.shown["source"].get("buildspec") or "")
        if stated.startswith("arn:") and "\n" not in stated:
            self._get_object(stated, "", f"buildspec {stated}")

    def hand_on(self, stored: Iterable[Stored]) -> None:
        """Put artifacts into the bucket of a pipeline or of the project; the words are S3's.

        A project's own key takes the place of the pipeline's (the work-around in aws/aws-cdk, aws-codebuild
        project.ts, bindToCodePipeline).
        """
        own = str(self._build.shown.get("encryptionKey") or "") if self._build.pipeline else ""
        for place in stored:
            arn = self._object_arn(place)
            try:
                self.role.require("s3:PutObject", arn)
                key = own if own and not keys.is_managed(own) else place.encryption_key
                self._use_key(key, "kms:GenerateDataKey")
            except DeniedError as denied:
                raise PhaseError(_CLIENT_ERROR, f"{_s3_words(denied)} for {arn}") from None

    def report(self, group: str, puts: str) -> None:
        """A report group and a report in it (user guide, "Test report permissions"; sentence inferred)"""
        try:
            for action in ("CreateReportGroup", "CreateReport", "UpdateReport", puts):
                self.role.require(f"codebuild:{action}", group)
        except DeniedError as denied:
            raise PhaseError(_CLIENT_ERROR, f"AccessDeniedException: {denied}") from None

    def _fetch_artifact(self, name: str, data: bytes, *, is_primary: bool) -> None:
        assert self._build.pipeline is not None  # noqa: S101  only builds of pipelines have artifacts
        place = self._build.pipeline.stored.get(name)
        what = "primary source" if is_primary else f"secondary source {name}"
        if place is not None:
            arn = self._object_arn(place)
            self._get_object(arn, place.encryption_key, f"{what} and source version {arn}")
        if place is not None and place.connection:
            self._clone({"connection": place.connection}, what)
        if data[:1] == b"{":
            self._clone(json.loads(data), what)

    def _fetch_source(self, source: dict[str, Any], version: str | None, what: str) -> None:
        location = str(source.get("location") or "")
        if source["type"] == "CODECOMMIT":
            name = location.rstrip("/").rpartition("/")[2].removesuffix(".git")
            self._clone({"repository": name, "commit": version or ""}, what)
        elif source["type"] == "S3":
            name = location if location.startswith("arn:") else self._place.arn("s3", location)
            self._get_object(name + ("*" if name.endswith("/") else ""), "", what)
        elif (source.get("auth") or {}).get("type") == "CODECONNECTIONS":
            self._clone({"connection": source["auth"]["resource"], "commit": version or ""}, what)

    def _get_object(self, arn: str, key: str, what: str) -> None:
        """The words as in awslabs/aws-refarch-cross-account-pipeline#5, with S3's own sentence since 2024"""
        try:
            self.role.require("s3:GetObject", arn)
            self._use_key(key, "kms:Decrypt")
        except DeniedError as denied:
            raise PhaseError(_CLIENT_ERROR, f"{_s3_words(denied)} for {what}") from None

    def _clone(self, reference: dict[str, str], what: str) -> None:
        """The words as in awslabs/aws-deployment-framework#616"""
        try:
            if connection := reference.get("connection"):
                service = connection.split(":")[2]
                self.role.require(f"{service}:UseConnection", connection)
            else:
                self.role.require(
                    "codecommit:GitPull", self._place.arn("codecommit", reference["repository"])
                )
        except DeniedError as denied:
            version = reference.get("commit")
            ending = f" and source version {version}" if version else ""
            message = f"authorization failed for {what}{ending} ({denied})"
            raise PhaseError(_CLIENT_ERROR, message) from None

    def _use_key(self, key: str, action: str) -> None:
        if key:
            keys.require(self.role, key, self._place.region, self._place.account, [action])

    def _object_arn(self, stored: Stored) -> str:
        return self._place.arn("s3", f"{stored.bucket}/{stored.key}")

    def _all(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if call.required:
                self.role.require(call.action, call.resource, call.context)


def _repository(image: str) -> str:
    return image.partition("@")[0].partition(":")[0]


def _s3_words(denied: DeniedError) -> str:
    return f"AccessDenied: {denied}\n\tstatus code: 403, request id: {uuid.uuid4().hex[:16].upper()}"
