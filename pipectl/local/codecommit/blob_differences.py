"""The lines in which two blobs differ."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import lines
from pipectl.local.codecommit.contents import ContentOperations
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipectl.local.service import Caller

_PAGE = 100  # API reference, GetBlobDifferences: hunks in a page
_CONTEXT, _MOST_CONTEXT = 3, 20  # API reference, GetBlobDifferences: contextLines


class BlobDifferenceOperations(ContentOperations):
    """GetBlobDifferences."""

    def get_blob_differences(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: without a blob before all lines are added; binary content has no hunks"""
        repository, size = self.found(request["repositoryName"]), request.get("MaxResults", _PAGE)
        if size < 1:
            raise Refused("InvalidMaxResultsException", "MaxResults must be a positive number")
        context = request.get("contextLines", _CONTEXT)
        if not 0 <= context <= _MOST_CONTEXT:
            raise Refused("ValidationException", f"contextLines must be between 0 and {_MOST_CONTEXT}")
        after = self.blob_content(repository, request["afterBlobId"])
        stated = request.get("beforeBlobId")
        before = self.blob_content(repository, stated) if stated else b""
        is_binary = lines.is_binary(before) or lines.is_binary(after)
        ignore = request.get("ignoreWhitespace", False)
        hunks = [] if is_binary else list(_hunks(_lines(before), _lines(after), context, ignore=ignore))
        shown, token = self.page(hunks, request.get("NextToken"), size)
        return {
            "hunks": shown,
            "isBinary": is_binary,
            "beforeBlobSize": len(before),
            "afterBlobSize": len(after),
            "NextToken": token,
        }


def _lines(content: bytes) -> list[str]:
    return content.decode(errors="replace").splitlines()


def _hunks(
    before: Sequence[str], after: Sequence[str], context: int, *, ignore: bool
) -> Iterator[dict[str, Any]]:
    old, new = ([_key(line, ignore=ignore) for line in side] for side in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        if all(tag == "equal" for tag, *_ in group):
            continue
        yield {
            "beforeStartLine": first[1] + 1,
            "beforeLineCount": last[2] - first[1],
            "afterStartLine": first[3] + 1,
            "afterLineCount": last[4] - first[3],
            "changes": [change for opcode in group for change in _changes(before, after, opcode)],
        }


def _changes(
    before: Sequence[str], after: Sequence[str], opcode: tuple[str, int, int, int, int]
) -> Iterator[dict[str, Any]]:
    """API reference, DiffChange: an added line has no number before, a deleted one none after"""
    tag, start, end, after_start, after_end = opcode
    if tag == "equal":
        for offset, line in enumerate(after[after_start:after_end], 1):
            numbers = {"beforeLineNumber": start + offset, "afterLineNumber": after_start + offset}
            yield {"type": "CONTEXT", **numbers, "content": line}
        return
    for number, line in enumerate(before[start:end], start + 1):
        yield {"type": "DELETE", "beforeLineNumber": number, "content": line}
    for number, line in enumerate(after[after_start:after_end], after_start + 1):
        yield {"type": "ADD", "afterLineNumber": number, "content": line}


def _key(line: str, *, ignore: bool) -> str:
    """What is compared; git's own -w leaves all white space out (inferred to be the same)"""
    return "".join(line.split()) if ignore else line
