"""The first build of a batch: it downloads the source and reads which builds there are (DOWNLOAD_SOURCE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.codebuild import buildspec, delivery
from pipectl.local.codebuild.batch_record import DOWNLOAD
from pipectl.local.codebuild.phases import PhaseError
from pipectl.local.codebuild.run import Run

if TYPE_CHECKING:
    from pipectl.local.codebuild.record import Build


class BatchSpecRun(Run):
    """PROVISIONING and DOWNLOAD_SOURCE only; runs no command."""

    def _whole(self) -> None:
        self._provision()
        if self._phases.failed:
            return
        with self._phases.phase("DOWNLOAD_SOURCE", contexts=True):
            self._fetch()
            try:
                text = delivery.buildspec_text(
                    self.build, self._places[""], self.world, self._authority.account
                )
                self.build.batch_spec = buildspec.parse_batch(text)
            except (buildspec.BuildspecError, delivery.NoBuildspecError) as error:
                raise PhaseError("YAML_FILE_ERROR", str(error)) from error


def run_of(build: Build) -> type[Run]:
    """How a build runs"""
    return BatchSpecRun if build.batch and build.batch.identifier == DOWNLOAD else Run
