"""What can stand in a place of the command line: specs, pipelines, stages, executions, connections.

The spec that is named or found here answers first, without AWS; where it cannot, AWS is asked, for some
seconds at most, in the account that the spec states. What goes wrong offers nothing. The local AWS is not
started for it, nobody is asked for a code, and stdin, which is the line that is being typed, is not read.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from pipectl.cli._options import Settings, said
from pipectl.spec.disk import STDIN
from pipectl.spec.near import NAMES

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.spec.outline import Outline

LONGEST_S = 4.0
"""Seconds that AWS is waited for."""
MOST = 20
"""Executions that are offered."""

Items = list[CompletionItem[str]]


def attach(command: click.Command) -> click.Command:
    """The command, whose parameters complete what their names mean."""
    for parameter in command.params:
        if complete := COMPLETERS.get(parameter.name or ""):
            parameter.shell_complete = partial(_shielded, complete)  # type: ignore[method-assign]  # one instance
    return command


def _shielded(complete: Callable[..., Items], context: click.Context, incomplete: str) -> Items:
    """What is offered; nothing when it fails, or takes too long."""
    pool = ThreadPoolExecutor(1)
    try:
        found = pool.submit(complete, context, incomplete).result(LONGEST_S)
    except Exception:  # noqa: BLE001  a shell completes: nobody reads an error
        return []
    finally:
        pool.shutdown(wait=False)
    return [item for item in found if item.type != "plain" or item.value.startswith(incomplete)]


def _by_shell(kind: str, context: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type=kind)]


def pipelines(context: click.Context, incomplete: str) -> Items:
    """The specs' pipelines, else those of the account."""
    names = [name for spec in _specs(context) for name in spec.pipelines]
    return _items(names or _asked(context, _names_there))


def stages(context: click.Context, incomplete: str) -> Items:
    """The stages of the pipeline that is named, or of all."""
    named = _pipeline(context)
    found = {
        str(stage["name"])
        for spec in _specs(context)
        for name, pipeline in spec.pipelines.items()
        if named in (None, name)
        for stage in pipeline.get("stages") or ()
    }
    return _items(_in_order(context, found) if found else _asked(context, partial(_stages_there, named)))


def executions(context: click.Context, incomplete: str) -> Items:
    """The newest executions, by the beginnings of their ids."""
    found = _asked(context, partial(_recent, _one_pipeline(context)))
    return [CompletionItem(each.id[:8], help=_told(each)) for each in found]


def commits(context: click.Context, incomplete: str) -> Items:
    """The commits of the newest executions."""
    found = _asked(context, partial(_recent, _one_pipeline(context)))
    return [CompletionItem(each.revision[:7], help=_told(each)) for each in found if each.revision]


def connections(context: click.Context, incomplete: str) -> Items:
    """The connections that specs name, and those of the account."""
    written = [
        str(action["connection"])
        for spec in _specs(context)
        for pipeline in spec.pipelines.values()
        for stage in pipeline.get("stages") or ()
        for action in stage.get("actions") or ()
        if action.get("connection")
    ]
    return _items(dict.fromkeys([*written, *([] if written else _asked(context, _connections_there))]))


COMPLETERS: Mapping[str, Callable[[click.Context, str], Items]] = {
    "spec": partial(_by_shell, "yaml"),
    "file": partial(_by_shell, "yaml"),
    "vars_file": partial(_by_shell, "yaml"),
    "out": partial(_by_shell, "file"),
    "path": partial(_by_shell, "dir"),
    "pipeline": pipelines,
    "pipelines": pipelines,
    "stage": stages,
    "stages": stages,
    "execution": executions,
    "commit": commits,
    "connection": connections,
}
"""By the name of a parameter, which means the same in every command."""


def _items(values: Any) -> Items:
    return [CompletionItem(str(value)) for value in values]


def _told(execution: Any) -> str:
    """Its status and its commit's first line, without what a shell could take for something else."""
    words = f"{execution.status or ''} {execution.message or ''}".split("\n")[0]
    return " ".join("".join(each for each in words if each.isprintable()).split())[:60]


def _specs(context: click.Context) -> "list[Outline]":
    from pipectl.spec.outline import outline

    named = [*(_words(context, "spec")), *(_words(context, "file"))]
    environment = os.environ.get("PIPECTL_FILE")
    here = [name for name in NAMES if os.path.lexists(name)][:1]
    files = named or ([environment] if environment else here)
    return [found for file in files if file != STDIN and (found := outline(file, {}, os.environ))]


def _words(context: click.Context, parameter: str) -> Sequence[str]:
    value = context.params.get(parameter)
    return value if isinstance(value, tuple) else ()


def _pipeline(context: click.Context) -> str | None:
    value = context.params.get("pipeline") or next(iter(_words(context, "pipelines")), None)
    return value if isinstance(value, str) else None


def _one_pipeline(context: click.Context) -> str | None:
    names = [name for spec in _specs(context) for name in spec.pipelines]
    return _pipeline(context) or (names[0] if len(names) == 1 else None)


def _in_order(context: click.Context, names: set[str]) -> list[str]:
    """The names as the specs have them, one after the other."""
    written = (
        stage["name"]
        for spec in _specs(context)
        for pipeline in spec.pipelines.values()
        for stage in pipeline.get("stages") or ()
    )
    return [name for name in dict.fromkeys(written) if name in names]


def _asked(context: click.Context, ask: "Callable[[Cloud], Sequence[Any]]") -> Sequence[Any]:
    with _cloud(context) as cloud:
        return ask(cloud) if cloud else ()


@contextmanager
def _cloud(context: click.Context) -> "Iterator[Cloud | None]":
    """The account and Region that the line means; None where the local AWS does not run."""
    from pipectl import flow

    known = Settings.__dataclass_fields__
    settings = Settings(**{key: value for key, value in said(context).items() if key in known})
    if settings.local and not flow.local_runs():
        yield None
        return
    specs = _specs(context)
    named = [name for name in [_one_pipeline(context)] if name]
    accounts = [spec.account for spec in specs]
    with flow.connect(settings.aws, lambda _: None, accounts, named, asks=False) as connection:
        region = flow.region_of(next(iter(specs), None), connection, settings.aws)
        yield connection.cloud(region)


def _names_there(cloud: "Cloud") -> Sequence[str]:
    from pipectl.runs.pipelines import pipeline_names

    return pipeline_names(cloud)


def _stages_there(named: str | None, cloud: "Cloud") -> Sequence[str]:
    from pipectl.runs.pipelines import only_pipeline

    answer = cloud.call("codepipeline", "get_pipeline_state", name=named or only_pipeline(cloud))
    return [str(stage["stageName"]) for stage in answer.get("stageStates") or ()]


def _recent(named: str | None, cloud: "Cloud") -> Sequence[Any]:
    from pipectl.runs.executions import recent
    from pipectl.runs.pipelines import only_pipeline

    return list(recent(cloud, named or only_pipeline(cloud), most=MOST))


def _connections_there(cloud: "Cloud") -> Sequence[str]:
    answer = cloud.call("codeconnections", "list_connections")
    return [str(each["ConnectionArn"]) for each in answer.get("Connections") or ()]
