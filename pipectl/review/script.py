"""A plan as a script of AWS CLI commands: for those who review what is sent, or send it themselves."""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from pipectl.engine.values import Action, Step
from pipectl.render import differences
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import step_line
from pipectl.render.text import plain
from pipectl.review.hiding import Hiding
from pipectl.review.recording import Call, Recorded

HEAD = """\
#!/usr/bin/env bash
# What `pipectl create` would send, for review, printed by `pipectl plan --as aws-cli`
#
# It stops at the first command that fails, and what was done before stays; then `pipectl create`, or
# this script printed anew, goes on. `create` also waits for what settles late, this only for new roles.
set -euo pipefail
export AWS_PAGER=""
"""

JSON_TEXT = r"""json_text() {  # a value as it stands inside of JSON
  local text=${1//\\/\\\\} code hex control escape
  text=${text//\"/\\\"}
  for code in {1..31}; do
    printf -v hex '%02x' "$code"
    printf -v control "\\x$hex"
    printf -v escape '\\u00%s' "$hex"
    text=${text//$control/$escape}
  done
  printf '%s' "$text"
}
"""

WAIT = 'sleep "${SETTLE_SECONDS:-15}"  # a new role cannot be used at once (IAM user guide, troubleshooting)'

REPEATS = "its answer would show the secrets again"

DONE_ABOVE = "#     a command above does this too"

CLI_NAMES = {"s3": "s3api"}
"""What the AWS CLI calls a service otherwise than boto3."""

LOOK = Look(width=100)


def script(waves: Sequence[Sequence[Recorded]]) -> str:
    """The whole script. Secrets are asked for in the environment and printed nowhere."""
    hiding = Hiding()
    body = [part for wave in waves if wave for part in _wave(wave, hiding)]
    if not body:
        return f"{HEAD}\n# Nothing to do\n"
    parts = [HEAD + "".join(_asked(name) for name in hiding.variables)]
    if hiding.variables:
        parts.append(JSON_TEXT)
    places = dict.fromkeys((each.plan.account, each.plan.region) for wave in waves for each in wave)
    accounts = dict.fromkeys(account for account, _ in places)
    parts += [
        _guard(account, next(region for each, region in places if each == account)) for account in accounts
    ]
    return "\n".join([*parts, *body])


def _asked(variable: str) -> str:
    return f': "${{{variable}:?is a secret of the spec and is printed nowhere: export it}}"\n'


def _guard(account: str, region: str) -> str:
    asked = f"aws sts get-caller-identity --region {region} --query Account --output text"
    said = f"this script is for account {account}"
    return f'if [ "$({asked})" != {account} ]; then\n  echo "{said}" >&2\n  exit 1\nfi\n'


def _wave(wave: Sequence[Recorded], hiding: Hiding) -> Iterator[str]:
    for each in wave:
        commands = [_command(call, each.plan.region, hiding) for call in each.calls]
        yield "\n".join([*_comments(each.step), *(commands or [DONE_ABOVE])]) + "\n"
    if any(call.operation == "create_role" for each in wave for call in each.calls):
        yield f"{WAIT}\n"


def _comments(step: Step) -> Iterator[str]:
    """The step as the plan shows it; of a new thing the command says everything."""
    mark = {Action.CREATE: Mark.CREATE, Action.ADOPT: Mark.ASKS}.get(step.action, Mark.CHANGE)
    yield _comment(step_line(step, mark, LOOK, 1000))
    if step.action is not Action.CREATE:
        yield from map(_comment, differences.lines(step, LOOK))
    for remark in step.remarks:
        yield _comment(f"      {plain(remark.text)}")


def _comment(line: str) -> str:
    """The renderers of plans let no line break through, so nothing can leave a comment."""
    return f"# {line[2:]}"


def _command(call: Call, region: str, hiding: Hiding) -> str:
    service = CLI_NAMES.get(call.service, call.service)
    operation = call.operation.replace("_", "-")
    params = hiding.hidden(call.params)
    silent = "" if params == call.params else f" > /dev/null  # {REPEATS}"
    return (
        f"aws {service} {operation} --region {shlex.quote(region)} --cli-input-json {_quoted(params)}{silent}"
    )


def _quoted(params: Any) -> str:
    r"""JSON as one word of the shell; a hidden secret stands there as `\u0000NAME\u0000`."""
    text = shlex.quote(json.dumps(params, indent=2))
    return re.sub(r"((?:\\u0000)+)(\w+)\1", _filled, text)


def _filled(hidden: re.Match[str]) -> str:
    """The variable as JSON text, once more for each JSON that it stands in."""
    text = f"${hidden[2]}"
    for _ in range(len(hidden[1]) // len(r"\u0000")):
        text = f'$(json_text "{text}")'
    return f"""'"{text}"'"""
