"""Where a command works that is about one pipeline: its name, its Region, the doors to AWS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipectl.cli import _pipelines, _session, _specs
from pipectl.cli._options import Chosen, Settings
from pipectl.command import about

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.spec.outline import Outline


@dataclass(frozen=True)
class Where:
    """One pipeline, and the way to it."""

    pipeline: str
    region: str
    cloud: "Cloud"
    connection: "Connection"
    spec: "Outline | None" = None


@contextmanager
def pipeline(
    settings: Settings,
    chosen: Chosen,
    name: str | None,
    say: Callable[[str], None] = _session.tell,
    *,
    changes: bool = False,
) -> Iterator[Where]:
    """Connect to the pipeline that is named, the spec's, or the account's only one.

    With `changes` nothing is done past an invalid spec, nor in another account than that of any spec here.
    """
    from pipectl import flow

    loaded = _specs.outlines(chosen, [name] if name else [], changes=changes)
    spec = _pipelines.spec_of(loaded, name, named=chosen.named)
    with _session.connected(settings, loaded, say, [name]) as connection:
        region = flow.region_of(spec, connection, settings.aws)
        for other in loaded if changes else ():
            flow.refuse_other_account(other, connection, region)
        cloud = connection.cloud(region)
        found = _pipelines.one(loaded, name, cloud)
        with about(region=region):
            yield Where(found, region, cloud, connection, spec)
