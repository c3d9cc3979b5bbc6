"""`aws s3`: cp, mv, sync, rm, ls, mb, rb and presign (AWS CLI Command Reference, "s3")."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pipectl.local.shims import aws_s3_places
from pipectl.local.shims.aws_errors import AwsUsageError, Failed
from pipectl.local.shims.aws_s3_places import SCHEME, Bucket, Entry, Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.shims.aws_options import CommandLine

_BOTH = 2
_QUIET = ("quiet", "only-show-errors")
_PRESIGNED_S = "3600"
_IGNORED = ("no-progress", "page-size", "expected-size", "progress-frequency", "progress-multiline")
_COPY = (
    *_QUIET, "recursive", "dryrun", "exclude", "include", *aws_s3_places.EXTRA, "metadata",
    "no-guess-mime-type",
)  # fmt: skip


def run(client: Any, command: str, options: CommandLine) -> None:
    """Answer one command; AwsUsageError for an option that it does not carry out"""
    if command not in _COMMANDS:
        raise AwsUsageError(f"the aws of the local AWS does not know `aws s3 {command}`")
    answer, known, count = _COMMANDS[command]
    unknown = [option for option in options.options if option not in (*known, *_IGNORED)]
    for option in options.unknown(unknown):
        raise AwsUsageError(f"the aws of the local AWS does not know `aws s3 {command} --{option}`")
    paths = options.words[2:]
    if not count[0] <= len(paths) <= count[1]:
        raise AwsUsageError(f"aws s3 {command} takes {' or '.join(map(str, sorted(set(count))))} paths")
    answer(client, paths, options)


def _say(options: CommandLine, text: str) -> None:
    if not any(options.flag(name) for name in _QUIET):
        sys.stdout.write(f"{'(dryrun) ' if options.flag('dryrun') else ''}{text}\n")


def _copy(client: Any, paths: list[str], options: CommandLine) -> None:
    if "-" in paths:
        aws_s3_places.stream(client, paths, aws_s3_places.arguments(options, None))
        return
    source, target = _ends(client, paths, recursive=options.flag("recursive"))
    for entry in _selected(source, options):
        _transfer(source, target, entry, options, "copy")


def _move(client: Any, paths: list[str], options: CommandLine) -> None:
    source, target = _ends(client, paths, recursive=options.flag("recursive"))
    for entry in list(_selected(source, options)):
        _transfer(source, target, entry, options, "move")
        if not options.flag("dryrun"):
            source.remove(entry)


def _sync(client: Any, paths: list[str], options: CommandLine) -> None:
    """What is missing, of another size, or older in the target; `--delete` removes what the source lacks"""
    source, target = _ends(client, paths, recursive=True)
    there = {entry.name: entry for entry in target.entries(missing_ok=True)}
    wanted = {entry.name: entry for entry in _selected(source, options)}
    for name, entry in wanted.items():
        if name not in there or _differs(entry, there[name], options):
            _transfer(source, target, entry, options, "copy")
    if options.flag("delete"):
        names = {entry.name for entry in source.entries()}
        for entry in [there[name] for name in there if name not in names]:
            if _passes(entry.name, options):
                _say(options, f"delete: {entry.place}")
                if not options.flag("dryrun"):
                    target.remove(entry)


def _differs(entry: Entry, other: Entry, options: CommandLine) -> bool:
    """By size, and by time: of a download when the local file is newer ("s3 sync", --exact-timestamps)"""
    first, second = (other, entry) if entry.place.startswith(SCHEME) else (entry, other)
    both = first.place.startswith(SCHEME) and second.place.startswith(SCHEME)
    newer = entry.time > other.time if both else first.time > second.time
    return entry.size != other.size or (newer and not options.flag("size-only"))


def _ends(client: Any, paths: list[str], *, recursive: bool) -> tuple[Any, Any]:
    if not any(path.startswith(SCHEME) for path in paths):
        raise AwsUsageError("one of both paths must be an S3 URI")
    source, target = [
        Bucket(client, path, recursive=recursive)
        if path.startswith(SCHEME)
        else Folder(client, path, recursive=recursive)
        for path in paths
    ]
    return source, target


def _selected(source: Any, options: CommandLine) -> Iterator[Entry]:
    return (entry for entry in source.entries() if _passes(entry.name, options))


def _passes(name: str, options: CommandLine) -> bool:
    """The last of --exclude and --include that matches decides"""
    import fnmatch

    passes = True
    for option, pattern in options.order:
        if option in ("exclude", "include") and fnmatch.fnmatchcase(name, pattern):
            passes = option == "include"
    return passes


def _transfer(source: Any, target: Any, entry: Entry, options: CommandLine, verb: str) -> None:
    place = target.place(entry)
    local = isinstance(source, Folder), isinstance(target, Folder)
    kind = {(True, False): "upload", (False, True): "download"}.get(local, "copy")
    _say(options, f"{verb if verb == 'move' else kind}: {entry.place} to {place}")
    if not options.flag("dryrun"):
        target.take(source, entry, aws_s3_places.arguments(options, entry if kind == "upload" else None))


def _remove(client: Any, paths: list[str], options: CommandLine) -> None:
    source = Bucket(client, _uri(paths[0]), recursive=options.flag("recursive"))
    entries = source.entries() if options.flag("recursive") else iter([source.only()])
    for entry in list(entries):
        if _passes(entry.name, options):
            _say(options, f"delete: {entry.place}")
            if not options.flag("dryrun"):
                source.remove(entry)


def _uri(path: str) -> str:
    if not path.startswith(SCHEME):
        raise AwsUsageError(f"Invalid argument type: {path} is no S3 URI")
    return path


def _list(client: Any, paths: list[str], options: CommandLine) -> None:
    """Folders as PRE, unless --recursive; nothing found is status 1"""
    if not paths:
        for bucket in client.list_buckets()["Buckets"]:
            sys.stdout.write(f"{bucket['CreationDate']:%Y-%m-%d %H:%M:%S} {bucket['Name']}\n")
        return
    bucket, _, prefix = paths[0].removeprefix(SCHEME).partition("/")
    delimiter = {} if options.flag("recursive") else {"Delimiter": "/"}
    count = 0
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **delimiter):
        for folder in page.get("CommonPrefixes", []):
            count += 1
            sys.stdout.write(f"{'PRE':>30} {folder['Prefix'].rstrip('/').rpartition('/')[2]}/\n")
        for entry in page.get("Contents", []):
            count += 1
            name = entry["Key"] if options.flag("recursive") else entry["Key"].rpartition("/")[2]
            sys.stdout.write(f"{entry['LastModified']:%Y-%m-%d %H:%M:%S} {entry['Size']:10} {name}\n")
    if prefix and not count:
        raise Failed("", 1)


def _make_bucket(client: Any, paths: list[str], _options: CommandLine) -> None:
    name = _uri(paths[0]).removeprefix(SCHEME).partition("/")[0]
    region = client.meta.region_name
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **place)
    sys.stdout.write(f"make_bucket: {name}\n")


def _remove_bucket(client: Any, paths: list[str], options: CommandLine) -> None:
    name = _uri(paths[0]).removeprefix(SCHEME).partition("/")[0]
    if options.flag("force"):
        source = Bucket(client, f"{SCHEME}{name}", recursive=True)
        for entry in list(source.entries()):
            source.remove(entry)
            sys.stdout.write(f"delete: {entry.place}\n")
    client.delete_bucket(Bucket=name)
    sys.stdout.write(f"remove_bucket: {name}\n")


def _presign(client: Any, paths: list[str], options: CommandLine) -> None:
    bucket, _, key = paths[0].removeprefix(SCHEME).partition("/")
    seconds = int(options.value("expires-in") or _PRESIGNED_S)
    url = client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds
    )
    sys.stdout.write(f"{url}\n")


_Command = tuple["Callable[[Any, list[str], CommandLine], None]", tuple[str, ...], tuple[int, int]]
_COMMANDS: dict[str, _Command] = {
    "cp": (_copy, _COPY, (_BOTH, _BOTH)),
    "mv": (_move, _COPY, (_BOTH, _BOTH)),
    "sync": (_sync, (*_COPY, "delete", "size-only"), (_BOTH, _BOTH)),
    "rm": (_remove, (*_QUIET, "recursive", "dryrun", "exclude", "include"), (1, 1)),
    "ls": (_list, ("recursive",), (0, 1)),
    "mb": (_make_bucket, (), (1, 1)),
    "rb": (_remove_bucket, ("force",), (1, 1)),
    "presign": (_presign, ("expires-in",), (1, 1)),
}
