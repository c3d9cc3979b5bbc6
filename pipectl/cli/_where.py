"""Where a command works that is about one pipeline: its name, its Region, the doors to AWS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipectl.cli import _pipelines, _session, _specs
from pipectl.cli._options import Chosen, Settings

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.spec.spec import Spec


@dataclass(frozen=True)
class Where:
    """One pipeline, and the way to it."""

    pipeline: str
    region: str
    cloud: "Cloud"
    connection: "Connection"
    spec: "Spec | None" = None
    named: str | None = None
    """The pipeline, where the command line says which: the commands that it is told must say it too."""

    @property
    def option(self) -> str:
        """What has to stand behind a command that is about the same pipeline."""
        return f" -p {self.named}" if self.named else ""


@contextmanager
def pipeline(
    settings: Settings, chosen: Chosen, name: str | None, say: Callable[[str], None] = _session.tell
) -> Iterator[Where]:
    """Connect to the pipeline that is named, the spec's, or the account's only one."""
    from pipectl import flow

    loaded = _specs.load_if_any(chosen)
    spec = _pipelines.spec_of(loaded, name, named=chosen.named)
    with _session.connected(settings, loaded, say) as connection:
        region = flow.region_of(spec, connection, settings.aws)
        cloud = connection.cloud(region)
        found = _pipelines.one(loaded, name, cloud)
        named = found if _pipelines.is_named(loaded, name, named=chosen.named) else None
        yield Where(found, region, cloud, connection, spec, named)
