"""Every error that a user can see, as one family tree.

PipectlError                      exit code 1
├── InvalidSpec                   2   the spec has mistakes; `problems` lists all of them
├── WrongUsage                    2   the command line does not fit
├── NoPipeline                    1   a pipeline is not in this account and Region
├── NotConnected                  1   no credentials, no Region
│   ├── NoRegion                  1   no Region
│   └── NoAnswer                  1   nobody answers, as when the network is away
├── Declined                      1   pipectl would have to ask, or must not do it
│   └── Unchanged                 1   a question was answered with no
│   └── StalePlan                 3   a kept plan is no longer what would be done
├── AwsError                      1   AWS answered with an error
│   └── AccessDenied              1
├── PipelineFailed                4   what was waited for, or watched, failed
├── TimedOut                      5   `--timeout` was over first
└── Interrupted                 130   Ctrl-C
"""

import enum
from collections.abc import Mapping, Sequence

from pipectl.command import first_step, on_local_aws, pipectl

SHOWN_PLACES = 5
"""Pipelines whose Regions a hint lists."""


class ExitCode(enum.IntEnum):
    """What the process says when it ends (README, "Exit codes")."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PENDING = 3
    RUN_FAILED = 4
    TIMED_OUT = 5
    INTERRUPTED = 130


class PipectlError(Exception):
    """An error that is shown as `error: message` and, below it, `hint: the way out`."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NoPipeline(PipectlError):
    """A pipeline, or any, is not in the account and Region where it was looked for."""

    def __init__(self, message: str, region: str, *, name: str | None = None, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.region = region
        self.name = name

    def add_places(self, regions: Mapping[str, Sequence[str]]) -> None:
        """Say in the hint where else pipelines are; only those of the missing name, if there are some."""
        places = [(each, name) for each, names in regions.items() if each != self.region for name in names]
        meant = [place for place in places if place[1] == self.name] or places
        if not meant:
            return
        there = ", ".join(f"`{name}` in {region}" for region, name in meant[:SHOWN_PLACES])
        more = f" and {len(meant) - SHOWN_PLACES} more" if len(meant) > SHOWN_PLACES else ""
        wrong_name = [self.hint] if self.hint and self.region in regions and meant == places else []
        self.hint = "; ".join(
            [*wrong_name, f"there is {there}{more}", f"`--region {meant[0][0]}` looks there"]
        )


class InvalidSpec(PipectlError):
    """A spec with mistakes. `problems` are spec.problems.Problem values, in the order of their places."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: Sequence[object]) -> None:
        count = len(problems)
        super().__init__(f"the spec has {count} {'mistake' if count == 1 else 'mistakes'}")
        self.problems = tuple(problems)


class WrongUsage(PipectlError):
    """Options or arguments that do not fit together or name what is not there."""

    exit_code = ExitCode.USAGE


class NotConnected(PipectlError):
    """AWS, or the local AWS, cannot be reached or does not know who is asking."""

    @staticmethod
    def sign_in(ways: str) -> str:
        """The hint for who has no credentials: the ways to sign in, and the local AWS."""
        return f"{ways} signs in; without an AWS account: {on_local_aws()}"


class NoRegion(NotConnected):
    """No Region is stated and none is configured."""

    def __init__(self) -> None:
        hint = f"`--region NAME` or AWS_REGION sets it, or `region:` in a spec; {first_step()}"
        super().__init__("no AWS Region is set", hint=hint)


class NoAnswer(NotConnected):
    """A call was sent, as often as botocore sends it, and got no answer; a later one may."""


class Declined(PipectlError):
    """Something that pipectl does not do unasked; `hint` names the option that answers."""


class StalePlan(Declined):
    """The specs, their values or AWS are not as they were when a plan was kept; nothing was written."""

    exit_code = ExitCode.PENDING


class Unchanged(Declined):
    """A question was answered with no, so nothing changed: shown as it is, for nothing went wrong."""


class AwsError(PipectlError):
    """An error that AWS answered. `code` is the wire's code, as `PipelineNotFoundException`."""

    def __init__(
        self, service: str, operation: str, code: str, said: str, *, hint: str | None = None
    ) -> None:
        super().__init__(f"AWS said {code}: {said}" if said else f"AWS said {code}", hint=hint)
        self.service = service
        self.operation = operation
        self.code = code
        self.said = said


class AccessDenied(AwsError):
    """AWS refuses the caller; its text names the principal, the action and the resource."""

    def __init__(
        self, service: str, operation: str, code: str, said: str, *, hint: str | None = None
    ) -> None:
        way_out = f"{pipectl('policy')} prints the permissions that are needed"
        super().__init__(service, operation, code, said, hint=hint or way_out)


class PipelineFailed(PipectlError):
    """The execution or deployment that was waited for did not succeed.

    `excerpt` are the lines of its log that matter, shown below the message.
    """

    exit_code = ExitCode.RUN_FAILED

    def __init__(self, message: str, *, hint: str | None = None, excerpt: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.excerpt = tuple(excerpt)


class TimedOut(PipectlError):
    """The time of `--timeout` was over before what was waited for had ended; that goes on."""

    exit_code = ExitCode.TIMED_OUT


class Interrupted(PipectlError):
    """The user pressed Ctrl-C."""

    exit_code = ExitCode.INTERRUPTED
