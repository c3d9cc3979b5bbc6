"""Both ends of `aws s3`: a folder or file of the machine, and a prefix or key of a bucket."""

from __future__ import annotations

import mimetypes
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl.local.shims.aws_errors import AwsUsageError, Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.shims.aws_options import CommandLine

SCHEME = "s3://"
EXTRA = {
    "acl": "ACL", "cache-control": "CacheControl", "content-type": "ContentType",
    "content-disposition": "ContentDisposition", "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage", "expires": "Expires", "storage-class": "StorageClass",
    "sse": "ServerSideEncryption", "sse-kms-key-id": "SSEKMSKeyId",
    "website-redirect": "WebsiteRedirectLocation", "metadata-directive": "MetadataDirective",
}  # fmt: skip
"""Options of cp, mv and sync and what they are in a call (AWS CLI Command Reference, "s3 cp")."""


@dataclass(frozen=True)
class Entry:
    """One file or object; `name` is below its end, `/` between folders"""

    name: str
    place: str
    size: int
    time: datetime


def arguments(options: CommandLine, uploaded: Entry | None) -> dict[str, Any]:
    """What goes with the object; the content type of an upload is guessed by its name"""
    found: dict[str, Any] = {
        name: options.value(option) or "AES256" for option, name in EXTRA.items() if options.flag(option)
    }
    if text := options.value("metadata"):
        found["Metadata"] = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    if uploaded and "ContentType" not in found and not options.flag("no-guess-mime-type"):
        kind = mimetypes.guess_type(uploaded.name)[0]
        found |= {"ContentType": kind} if kind else {}
    return found


def stream(client: Any, paths: list[str], arguments: dict[str, Any]) -> None:
    """`-` is standard input or output"""
    other = next((path for path in paths if path.startswith(SCHEME)), None)
    if other is None:
        raise AwsUsageError("one of both paths must be an S3 URI")
    bucket, _, key = other.removeprefix(SCHEME).partition("/")
    if paths[0] == "-":
        client.put_object(Bucket=bucket, Key=key, Body=sys.stdin.buffer.read(), **arguments)
    else:
        sys.stdout.buffer.write(client.get_object(Bucket=bucket, Key=key)["Body"].read())


class Folder:
    """A place on this machine"""

    def __init__(self, client: Any, path: str, *, recursive: bool) -> None:
        self._client = client
        self._path = Path(path)
        self._into = path.endswith("/") or self._path.is_dir()
        self._recursive = recursive

    def entries(self, *, missing_ok: bool = False) -> Iterator[Entry]:
        if missing_ok and not self._path.exists():
            return
        if not self._path.exists() or (self._path.is_dir() and not self._recursive):
            raise AwsUsageError(f"The user-provided path {self._path} does not exist.")
        root = self._path if self._recursive else self._path.parent
        for path in sorted(self._path.rglob("*")) if self._recursive else [self._path]:
            if path.is_file():
                stat = path.stat()
                time = datetime.fromtimestamp(stat.st_mtime, UTC)
                yield Entry(path.relative_to(root).as_posix(), str(path), stat.st_size, time)

    def place(self, entry: Entry) -> str:
        path = self._path / entry.name if self._recursive or self._into else self._path
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise AwsUsageError(f"{entry.name} leads out of {self._path}")
        return str(path)

    def take(self, source: Bucket, entry: Entry, _arguments: dict[str, Any]) -> None:
        path = Path(self.place(entry))
        path.parent.mkdir(parents=True, exist_ok=True)
        source.client.download_file(source.bucket, source.key(entry), str(path))
        if entry.time.timestamp():
            os.utime(path, (entry.time.timestamp(), entry.time.timestamp()))

    def remove(self, entry: Entry) -> None:
        Path(entry.place).unlink()


class Bucket:
    """A place in S3"""

    def __init__(self, client: Any, uri: str, *, recursive: bool) -> None:
        self.client = client
        self.bucket, _, self._key = uri.removeprefix(SCHEME).partition("/")
        self._recursive = recursive
        self._prefix = f"{self._key.rstrip('/')}/" if self._key and recursive else ""

    def only(self) -> Entry:
        """The object of this key, whether it is there or not"""
        name = self._key.rpartition("/")[2]
        return Entry(name, f"{SCHEME}{self.bucket}/{self._key}", 0, datetime.fromtimestamp(0, UTC))

    def entries(self, *, missing_ok: bool = False) -> Iterator[Entry]:
        if not self._recursive:
            self.client.head_object(Bucket=self.bucket, Key=self._key)
            yield self.only()
            return
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._prefix)
        for item in (item for page in pages for item in page.get("Contents", [])):
            name = item["Key"].removeprefix(self._prefix)
            if name and not name.endswith("/"):
                place = f"{SCHEME}{self.bucket}/{item['Key']}"
                yield Entry(name, place, item["Size"], item["LastModified"])

    def key(self, entry: Entry) -> str:
        """The key of one of its own entries, or of what comes in: a folder takes the name of the source"""
        if self._recursive:
            return f"{self._prefix}{entry.name}"
        return f"{self._key}{entry.name}" if self._key.endswith("/") or not self._key else self._key

    def place(self, entry: Entry) -> str:
        return f"{SCHEME}{self.bucket}/{self.key(entry)}"

    def take(self, source: Any, entry: Entry, arguments: dict[str, Any]) -> None:
        if isinstance(source, Bucket):
            if (
                arguments
                and "MetadataDirective" not in arguments
                and set(arguments) - {"ACL", "StorageClass"}
            ):
                arguments = {**arguments, "MetadataDirective": "REPLACE"}
            origin = {"Bucket": source.bucket, "Key": source.key(entry)}
            self.client.copy_object(Bucket=self.bucket, Key=self.key(entry), CopySource=origin, **arguments)
            return
        arguments.pop("MetadataDirective", None)
        with Path(entry.place).open("rb") as file:
            self.client.put_object(Bucket=self.bucket, Key=self.key(entry), Body=file, **arguments)

    def remove(self, entry: Entry) -> None:
        key = self.key(entry) if self._recursive else self._key
        if not key:
            raise Failed("An S3 key is required", 1)
        self.client.delete_object(Bucket=self.bucket, Key=key)
