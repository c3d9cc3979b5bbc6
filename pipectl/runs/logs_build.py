"""What a build said: its log, told apart by phases, and why it failed."""

import re
from collections.abc import Callable, Iterator, Sequence

from pipectl.aws.cloud import Cloud
from pipectl.runs.actions import ActionRun
from pipectl.runs.builds import Build, builds
from pipectl.runs.log_lines import Line, Source, Wanted, failure, lines_of
from pipectl.runs.streams import Event, Stream

Clouds = Callable[[str], Cloud]
"""The door to a Region: an action may work in another one than its pipeline."""

FIRST_PHASE = "PROVISIONING"
"""What CodeBuild's agent says before it names a phase."""

_ENTERING = re.compile(r"^\[Container\] \S+ \S+ (?:Entering phase|Phase is|Waiting for) ([A-Z_]+)\s*$")


class BuildLog:
    """The log of one CodeBuild action; reading again goes on where the last reading ended."""

    def __init__(self, clouds: Clouds, run: ActionRun, wanted: Wanted) -> None:
        self._cloud = clouds(run.region)
        self._wanted = wanted
        self._source = Source.of(run, "build", run.external_id or run.declared.target)
        self._stream: Stream | None = None
        self._phase = FIRST_PHASE
        self._is_told = False

    def read(self, run: ActionRun) -> Iterator[Line]:
        """What came since; once the action has ended, how it ended."""
        build = self._build(run)
        if build and build.stream and self._stream is None:
            # A phase is told by the lines before it, so with one the log is read from its beginning.
            since = None if self._wanted.phase else self._wanted.since
            self._stream = Stream(self._cloud, *build.stream, since)
        if self._stream is not None:
            for event in self._stream.read():
                yield from self._lines(event)
        if not run.runs and not self._is_told:
            self._is_told = True
            yield from self._end(run, build)

    def _build(self, run: ActionRun) -> Build | None:
        """Asked while its log is not known, and at the end."""
        if run.external_id is None or (self._stream is not None and run.runs) or self._is_told:
            return None
        return builds(self._cloud, [run.external_id]).get(run.external_id)

    def _lines(self, event: Event) -> Iterator[Line]:
        for text in lines_of(event.message):
            if entering := _ENTERING.match(text):
                self._phase = entering[1]
            if self._wanted.phase in (None, self._phase) and self._wanted.takes(event.time):
                yield Line(self._source, text, event.time, self._phase)

    def _end(self, run: ActionRun, build: Build | None) -> Iterator[Line]:
        for note in _missing_log(run, build, self._stream):
            yield Line(self._source, note, run.updated, note=True)
        if run.status != "Succeeded":
            for text in _failures(build):
                yield failure(self._source, run, text)


def _missing_log(run: ActionRun, build: Build | None, stream: Stream | None) -> Iterator[str]:
    if run.configuration.get("BatchEnabled", "").lower() == "true":
        yield f"a batch build, whose builds log one by one: {run.url or run.external_id}"
    elif run.external_id is None:
        return
    elif build is None:
        yield "CodeBuild does not know this build any more"
    elif build.writes_no_log:
        yield "the project writes no log to CloudWatch"
    elif stream is not None and stream.is_missing:
        yield f"its log is not there any more: stream {stream.name} of {stream.group}"


def _failures(build: Build | None) -> Sequence[str | None]:
    """The phases that failed, each with its message; nothing when the build does not say."""
    told = [
        ": ".join(part for part in (f"{failure.code} in {failure.phase}", failure.message) if part)
        for failure in (build.failures if build else ())
        if failure.code
    ]
    return told or [None]
