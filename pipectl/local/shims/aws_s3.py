"""`aws s3 cp`, `aws s3 sync` and `aws s3 ls`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl.local.shims.aws_errors import AwsUsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME = "s3://"
_BOTH = 2


def run(client: Any, command: str, paths: list[str], *, recursive: bool) -> None:
    if command == "ls":
        _list(client, paths)
    elif command in ("cp", "sync") and len(paths) == _BOTH:
        _copy(client, paths[0], paths[1], recursive=recursive or command == "sync")
    else:
        raise AwsUsageError(f"the aws of the local AWS does not know `aws s3 {command}`")


def _copy(client: Any, source: str, target: str, *, recursive: bool) -> None:
    match source.startswith(_SCHEME), target.startswith(_SCHEME):
        case False, True:
            _upload(client, source, *_place(target), recursive=recursive)
        case True, False:
            _download(client, *_place(source), Path(target), recursive=recursive)
        case True, True:
            bucket, key = _place(source)
            other, name = _place(target)
            client.copy({"Bucket": bucket, "Key": key}, other, _key(name, key))
            sys.stdout.write(f"copy: {source} to {target}\n")
        case _:
            raise AwsUsageError("one of both paths must be an S3 URI")


def _upload(client: Any, source: str, bucket: str, key: str, *, recursive: bool) -> None:
    if source == "-":
        client.upload_fileobj(sys.stdin.buffer, bucket, key)
        return
    for path, name in _files(Path(source), recursive=recursive):
        target = f"{key.rstrip('/')}/{name}".lstrip("/") if recursive else _key(key, name)
        client.upload_file(str(path), bucket, target)
        sys.stdout.write(f"upload: {path} to s3://{bucket}/{target}\n")


def _files(source: Path, *, recursive: bool) -> Iterator[tuple[Path, str]]:
    if not source.exists() or (source.is_dir() and not recursive):
        raise AwsUsageError(f"The user-provided path {source} does not exist.")
    if not recursive:
        yield source, source.name
        return
    for path in sorted(source.rglob("*")):
        if path.is_file():
            yield path, path.relative_to(source).as_posix()


def _download(client: Any, bucket: str, key: str, target: Path, *, recursive: bool) -> None:
    if str(target) == "-":
        client.download_fileobj(bucket, key, sys.stdout.buffer)
        return
    names = [entry["Key"] for entry in _entries(client, bucket, key)] if recursive else [key]
    root = target.resolve()
    for name in names:
        rest = name.removeprefix(key).lstrip("/")
        path = target / rest if recursive else (target / Path(key).name if target.is_dir() else target)
        if recursive and not path.resolve().is_relative_to(root):
            raise AwsUsageError(f"{name} leads out of {target}")
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download_file(bucket, name, str(path))
        sys.stdout.write(f"download: s3://{bucket}/{name} to {path}\n")


def _list(client: Any, paths: list[str]) -> None:
    if not paths:
        for bucket in client.list_buckets()["Buckets"]:
            sys.stdout.write(f"{bucket['CreationDate']:%Y-%m-%d %H:%M:%S} {bucket['Name']}\n")
        return
    bucket, key = _place(paths[0])
    for entry in _entries(client, bucket, key):
        sys.stdout.write(f"{entry['LastModified']:%Y-%m-%d %H:%M:%S} {entry['Size']:10} {entry['Key']}\n")


def _entries(client: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
    return bucket, key


def _key(target: str, source: str) -> str:
    """A folder takes the name of the source"""
    return target + Path(source).name if not target or target.endswith("/") else target
