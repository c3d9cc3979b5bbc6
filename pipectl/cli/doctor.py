"""`pipectl doctor`: what stops people, each with the way out."""

import contextlib
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from pipectl.cli._options import Chosen, Settings, aws_options, specs_or_none
from pipectl.command import about
from pipectl.errors import AccessDenied, ExitCode, NotConnected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.aws.session import Connection
    from pipectl.doctor import Case, Finding
    from pipectl.spec.spec import Spec


@dataclass(frozen=True)
class Examined:
    """What was found for one spec, or for one pipeline without a spec."""

    name: str
    account: str | None
    region: str | None
    findings: "tuple[Finding, ...]"


@click.command()
@specs_or_none
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@aws_options
def command(settings: Settings, chosen: Chosen, pipeline: str | None) -> ExitCode | None:
    """Diagnose common problems and show how to fix them

    Looks at the pipelines of the SPECs and at what they work with: as it is in AWS, and as the SPEC says it
    where it is not there yet. Without a SPEC it is the account's only pipeline, or `-p NAME`. Nothing is
    written. A check that AWS does not allow names the permission that it needs.

    Exit code 0 when nothing is wrong, 1 when something is or could not be checked.

    With `-o json`: an object for one SPEC, a list for several.
    """
    from pipectl.cli import _specs
    from pipectl.cli._look import look_of
    from pipectl.doctor import Standing
    from pipectl.render.doctor import doctor_data, doctor_text
    from pipectl.render.document import document, one_or_all

    loaded = _specs.load_if_any(chosen)
    examined = _examined(settings, chosen, loaded, pipeline)
    if settings.is_text:
        look = look_of(sys.stdout)
        heads = [tuple(filter(None, (each.name, each.account, each.region))) for each in examined]
        screens = [doctor_text(each.findings, look, head) for each, head in zip(examined, heads, strict=True)]
        click.echo("\n\n".join(screens))
    else:
        data = [doctor_data(each.findings, each.account, each.region) for each in examined]
        click.echo(document(one_or_all(data), settings.output))
    standings = {finding.standing for each in examined for finding in each.findings}
    return ExitCode.FAILED if standings & {Standing.WRONG, Standing.UNSEEN} else None


def _examined(
    settings: Settings, chosen: Chosen, loaded: "Sequence[Spec]", pipeline: str | None
) -> list[Examined]:
    """Without usable credentials or a Region that is the one finding."""
    from pipectl.cli import _session
    from pipectl.doctor import CREDENTIALS, wrong

    try:
        with _session.connected(settings, loaded, pipelines=[pipeline]) as connection:
            return _of_connection(settings, chosen, loaded, pipeline, connection)
    except NotConnected as error:
        finding = replace(wrong("", error.message, error.hint or ""), check=CREDENTIALS)
        return [Examined(loaded[0].name if loaded else pipeline or "pipectl", None, None, (finding,))]


def _of_connection(
    settings: Settings,
    chosen: Chosen,
    loaded: "Sequence[Spec]",
    pipeline: str | None,
    connection: "Connection",
) -> list[Examined]:
    from pipectl import flow
    from pipectl.cli import _pipelines

    spec = _pipelines.spec_of(loaded, pipeline, named=chosen.named)
    if spec is None:
        name = _pipelines.one((), pipeline, connection.cloud())
        case = _case(connection, None, (name,))
        _refuse_unknown(case, name)
        return [_examine(name, case, None)]
    meant = [each for each in loaded if pipeline is None or _pipelines.of_spec(each, pipeline)]
    for each in meant:
        flow.refuse_other_region(each, settings.region)
    return [
        _examine(each.name, _case(connection, each, tuple(_pipelines.of_spec(each, pipeline))), each)
        for each in meant
    ]


def _refuse_unknown(case: "Case", name: str) -> None:
    """Raise PipectlError for a pipeline that is not there; what is denied is told by the checks."""
    from pipectl.runs.pipelines import no_such_pipeline

    with contextlib.suppress(AccessDenied):
        if not case.pipelines():
            raise no_such_pipeline(case.cloud, name)


def _case(connection: "Connection", spec: "Spec | None", names: tuple[str, ...]) -> "Case":
    """The pipelines of one spec, behind a door that only reads, and asks the same once."""
    from pipectl import flow
    from pipectl.aws.once import Once
    from pipectl.aws.permissions import Purpose
    from pipectl.aws.readonly import ReadOnly
    from pipectl.doctor import Case
    from pipectl.review import policy

    cloud = connection.cloud(connection.region(spec.region if spec else None))
    door = Once(ReadOnly(cloud))
    if spec is None or spec.account not in (None, cloud.account.id):
        return Case(door, names, spec_file=spec.file if spec else None)
    (stack,) = flow.design([spec], connection, flow.Aws())
    wanted = Purpose.CREATE | Purpose.OPERATE
    statements = policy.statements(spec, cloud.account, wanted)
    return Case(door, names, stack.resources, spec.file, tuple(statements))


def _examine(name: str, case: "Case", spec: "Spec | None") -> Examined:
    from pipectl.doctor import credentials, examine

    account = case.cloud.account
    asked = credentials(case, spec.account if spec else None)
    with about(region=account.region):
        more = examine(case) if asked.ok else []
    return Examined(name, account.id, account.region, (asked, *more))
