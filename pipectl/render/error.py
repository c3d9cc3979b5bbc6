"""An error as a person reads it: what happened, and the way out."""

import re
from collections.abc import Sequence

from click import unstyle

from pipectl.errors import AccessDenied, Interrupted, InvalidSpec, PipectlError, PipelineFailed, Unchanged
from pipectl.facts.secret_names import redacted
from pipectl.render.marks import Look
from pipectl.render.text import wrapped

EXCERPT = "  | "
"""What stands before a line of a log."""

S3_ACTIONS = {
    "head_bucket": "ListBucket",
    "get_public_access_block": "GetBucketPublicAccessBlock",
    "put_public_access_block": "PutBucketPublicAccessBlock",
    "get_bucket_encryption": "GetEncryptionConfiguration",
    "put_bucket_encryption": "PutEncryptionConfiguration",
    "get_bucket_lifecycle_configuration": "GetLifecycleConfiguration",
    "put_bucket_lifecycle_configuration": "PutLifecycleConfiguration",
    "delete_bucket_tagging": "PutBucketTagging",
    "delete_objects": "DeleteObjectVersion",
    "list_object_versions": "ListBucketVersions",
    "list_multipart_uploads": "ListBucketMultipartUploads",
}
"""Where S3's action is not called like its operation (IAM service authorization reference, Amazon S3)."""

PREFIXES = {"resourcegroupstaggingapi": "tag"}
"""What IAM calls a service otherwise than boto3."""


def error_text(error: PipectlError, look: Look) -> str:
    """`error:` and, below it, `hint:`; the problems of a spec above both.

    What a person wants is no error: Ctrl-C, and the answer no.
    """
    is_wish = isinstance(error, Interrupted | Unchanged)
    head = "" if is_wish else f"{look.paint('error:', 'red', bold=True)} "
    text = _beside(head, _lines(message(error)), look)
    if isinstance(error, InvalidSpec):
        from pipectl.render.problems import problems_text

        text = problems_text(error.problems, look, None if look.whole else look.width)
    lines = [text, *(f"{EXCERPT}{_lines(line)}" for line in _excerpt(error))]
    if error.hint:
        lines.append(_beside(f"{look.paint('hint:', 'cyan', bold=True)} ", _lines(error.hint), look))
    return "\n".join(lines)


def _beside(head: str, text: str, look: Look) -> str:
    """The text behind its head; on a terminal in lines that are broken at words, and the text's own ones.

    In a pipe a line is never broken: there somebody may search for it.
    """
    if look.whole:
        return f"{head}{text}"
    indent = len(unstyle(head))
    first, *rest = text.splitlines() or [""]
    beside = f"\n{' ' * indent}".join(_broken(first, look.width - indent))
    return "\n".join([f"{head}{beside}", *(line for part in rest for line in _broken(part, look.width))])


def _broken(line: str, cells: int) -> list[str]:
    """One line of the text, in lines that are as far to the right as it is."""
    lead = len(line) - len(line.lstrip())
    return [f"{' ' * lead}{part}" for part in wrapped(line.strip(), cells - lead, whole=True)]


def _excerpt(error: PipectlError) -> Sequence[str]:
    return error.excerpt if isinstance(error, PipelineFailed) else ()


def message(error: PipectlError) -> str:
    """What happened. A refusal always names the action, also where AWS' own words do not."""
    if isinstance(error, AccessDenied) and action(error) not in error.message:
        return f"{error.message} ({action(error)})"
    return error.message


def action(error: AccessDenied) -> str:
    """The permission that was missing, as IAM spells it: `s3:PutBucketPolicy`."""
    return permission(error.service, error.operation)


def permission(service: str, operation: str) -> str:
    """What a call needs, as IAM spells it."""
    camel = "".join(word.capitalize() for word in operation.split("_"))
    name = S3_ACTIONS.get(operation, camel) if service == "s3" else camel
    return f"{PREFIXES.get(service, service)}:{name}"


def message_lines(error: PipectlError, cells: int) -> list[str]:
    """What happened, wrapped, without steering the terminal; its own line breaks stay."""
    return [part for line in _lines(message(error)).splitlines() for part in wrapped(line, cells, whole=True)]


def _lines(text: str) -> str:
    """Control characters of a foreign message are shown, not obeyed; line breaks stay."""
    shown = redacted(text)
    return re.sub(r"[^\n\x20-\x7e\xa0-\U0010ffff]", lambda match: ascii(match[0])[1:-1], shown)
