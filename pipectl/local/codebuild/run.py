"""One build from its first phase to its last, in a thread of its own.

User guide, "Build phase transitions": a failure before BUILD leads to FINALIZING; after a failed BUILD come
POST_BUILD and UPLOAD_ARTIFACTS.
"""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from pipectl.buildspec.values import Phase
from pipectl.buildspec.words import PHASES
from pipectl.local import container_credentials
from pipectl.local.codebuild import (
    authority,
    buildspec,
    delivery,
    environment,
    events,
    log_places,
    logs,
    processes,
    programs,
    report_store,
    runtimes,
    s3_log,
    shell,
    sources,
)
from pipectl.local.codebuild.phases import Ended, PhaseError, Phases
from pipectl.local.codebuild.values import FetchError

if TYPE_CHECKING:
    from pipectl.buildspec.values import Buildspec
    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World

_END = "__END_OF_TEXT__"
_SHELL_MARKS = re.compile(r"[$`]")
_CLIENT_ERROR = "CLIENT_ERROR"
_YAML_ERROR = "YAML_FILE_ERROR"


class Run:
    """What a build needs while it runs."""

    def __init__(self, world: World, build: Build, account: str, region: str, partition: str) -> None:
        self.world, self.build = world, build
        self._account, self._region, self._partition = account, region, partition
        self._log = logs.Log(world, build, account, region)
        self._phases = Phases(world, build, self._log.say)
        self._deadline = world.now() + timedelta(minutes=build.shown["timeoutInMinutes"])
        self._shell: shell.Shell | None = None
        self._places = sources.folders(build)
        self._authority = authority.Authority(world, build, account, region)
        self._desk: container_credentials.Desk | None = None
        self._secret: frozenset[str] = frozenset()
        self.retry: str | None = None  # how the failed phase wants the build to be tried again

    def __call__(self) -> None:
        """Run to the end, whatever happens; a build never stays in progress"""
        try:
            self._whole()
        except Ended as ended:
            self._phases.cut(ended.status, ended.code, ended.message)
        except Exception as error:  # noqa: BLE001  a bug of ours is a FAULT of the build, as on AWS
            self._log.say(f"The local AWS failed: {error!r}")
            self._phases.cut("FAULT", "INTERNAL_SERVICE_ERROR", repr(error))
        finally:
            self._finish()

    def _whole(self) -> None:
        self._provision()
        spec = None if self._phases.failed else self._download()
        if spec is None:
            return
        for name in PHASES:
            phase = spec.phases.get(name, Phase())
            if not self._commands(name, phase, spec) and not self._goes_on(name, phase):
                return
        self._export(spec)
        self._upload(spec)

    def _goes_on(self, name: str, phase: Phase) -> bool:
        """User guide, on-failure; the build has failed all the same, whatever follows"""
        if phase.on_failure is None:
            return name in ("build", "post_build")
        self.retry = phase.on_failure if phase.on_failure.startswith("RETRY") else None
        return phase.on_failure == "CONTINUE"

    def _provision(self) -> None:
        with self._phases.phase("PROVISIONING", contexts=True):
            with self.world.lock:  # whoever sees the names of group and stream can read them
                location = log_places.of_build(self.build, self._region, self._partition)
                self._authority.write_logs(location)
                self.build.shown["logs"] = location
                self._log.say("Running on CodeBuild On-demand")
                self._log.say("Waiting for agent ping")
                self._log.carry()
            self._authority.join_network()
            self._authority.pull_image()
            if self.build.shown["environment"]["type"].startswith("WINDOWS"):
                raise PhaseError(_CLIENT_ERROR, "the local AWS has no Windows and cannot run this build")
            if not self.world.options.builds:
                raise PhaseError(_CLIENT_ERROR, "builds are switched off in this local AWS (--no-builds)")

    def _download(self) -> Buildspec | None:
        """Source, buildspec, runtimes and values: what is wrong with them shows in DOWNLOAD_SOURCE"""
        self._log.say("Waiting for DOWNLOAD_SOURCE")
        spec = None
        with self._phases.phase("DOWNLOAD_SOURCE", contexts=True):
            self._fetch()
            spec = self._read_buildspec()
            self._log.say("Processing environment variables")
            self._open_shell(spec)
            self._select_runtimes(spec)
            self._log.say(f"Moving to directory {self._places['']}")
        return None if self._phases.failed else spec

    def _fetch(self) -> None:
        self._authority.fetch_sources()
        self._authority.fetch_buildspec()
        try:
            sources.fetch(self.build, self.world, self._account, self._region)
        except sources.SourceError as error:
            raise PhaseError(_CLIENT_ERROR, str(error)) from error
        for name, place in self._places.items():
            self._log.say(f"CODEBUILD_SRC_DIR{'_' if name else ''}{name}={place}")

    def _read_buildspec(self) -> Buildspec:
        """User guide: inline, a path below the source, an object of S3, or buildspec.yml"""
        try:
            text = delivery.buildspec_text(self.build, self._places[""], self.world, self._account)
            spec = buildspec.parse(text)
        except (buildspec.BuildspecError, delivery.NoBuildspecError) as error:
            raise PhaseError(_YAML_ERROR, str(error)) from error
        if spec.run_as or any(phase.run_as for phase in spec.phases.values()):
            self._log.say("run-as is ignored: the local AWS runs all commands as the user who started it")
        if spec.has_git_helper:
            self._log.say("git-credential-helper is ignored: git of this build uses what this machine has")
        if spec.has_cache:
            self._log.say("cache is ignored: the local AWS keeps nothing between builds")
        return spec

    def _select_runtimes(self, spec: Buildspec) -> None:
        wanted = spec.phases["install"].runtimes if "install" in spec.phases else {}
        if not wanted:
            self._log.say("No runtime version selected in buildspec.")
            return
        image = self.build.shown["environment"]["image"]
        wanted = {name: self._expanded(version) for name, version in wanted.items()}
        try:
            said = runtimes.select(image, wanted, lenient=self.world.options.lenient_runtimes)
        except runtimes.UnknownRuntimeError as error:
            raise PhaseError(_YAML_ERROR, str(error)) from error
        for line in said:
            self._log.say(line)
        self._log.say("The local AWS runs commands with what this machine has installed")

    def _open_shell(self, spec: Buildspec) -> None:
        try:
            stated = environment.stated(self.build, spec, self._authority.role, self._account, self._region)
        except FetchError as error:
            raise PhaseError(error.code, str(error)) from error
        self._secret = stated.secret
        self._log.hide(stated.hidden())
        folder = programs.install(self.build, real_docker=self.world.options.docker)
        role = self._authority.role
        self._desk = container_credentials.open_desk(self.world, role.role, role.session, self._region)
        variables = environment.host(self.build, self.world.url, self._desk, self._region, folder)
        variables |= stated.values
        variables |= environment.own(self.build, self._places, self._log_path)
        variables |= programs.variables(self.build, self._region)
        self._shell = shell.Shell(
            shell.words(spec.shell, self.build.shown["environment"]["image"]),
            self.build.folder,
            variables,
            self._log.output,
        )

    @property
    def _log_path(self) -> str:
        return str(self.build.shown["logs"].get("streamName", self.build.uuid))

    def _commands(self, name: str, phase: Phase, spec: Buildspec) -> bool:
        """Whether all commands of a phase succeeded; `finally` runs in any case"""
        failed_before = self._phases.failures
        with self._phases.phase(name.upper(), contexts=True):
            self._set_succeeding(not self._phases.failed)
            try:
                self._all(phase.commands, spec)
            except PhaseError:
                self._set_succeeding(False)
                with contextlib.suppress(PhaseError):  # the phase tells of its first failure
                    self._all(phase.finally_, spec)
                raise
            self._all(phase.finally_, spec)
        return self._phases.failures == failed_before

    def _all(self, commands: tuple[str, ...], spec: Buildspec) -> None:
        for command in commands:
            self._log.say(f"Running command {command}")
            status = self._run(command)
            if spec.version == "0.1":
                self._opened.fresh()
            if status:
                self._log.say(f"Command did not exit successfully {command} exit status {status}")
                raise PhaseError(
                    "COMMAND_EXECUTION_ERROR",
                    f"Error while executing command: {command}. Reason: exit status {status}",
                )

    def _run(self, command: str) -> int:
        try:
            return self._opened.run(command, self._tick)
        except shell.Interrupted:
            raise self._ended() from None
        finally:
            self._log.carry()

    def _tick(self) -> bool:
        """Several times a second while a command runs: carry its output on, and say whether it may go on"""
        self._log.carry()
        in_time = self.world.now() < self._deadline
        return in_time and not self.build.stop.is_set() and not self._log.too_large

    def _ended(self) -> Ended:
        if self.build.stop.is_set():
            return Ended("STOPPED")
        if self._log.too_large:
            return Ended("FAILED", _CLIENT_ERROR, "the build printed more than the local AWS keeps")
        return Ended("TIMED_OUT")

    def _set_succeeding(self, is_succeeding: bool) -> None:
        self._run(f"export CODEBUILD_BUILD_SUCCEEDING={int(is_succeeding)}")

    def _export(self, spec: Buildspec) -> None:
        """User guide, exported-variables: values after the last command, no secrets, nothing of AWS_*

        A secret that was copied to another variable is `***` in it, as in the log (inferred).
        """
        names = [name for name in spec.exported if not name.startswith("AWS_") and name not in self._secret]
        target = self.build.folder / "exported"
        for name in names:
            self._run(f"printf '%s\\0' \"${{{name}-}}\" >> '{target}'")
        values = target.read_text(errors="replace").split("\0") if target.exists() else []
        shown = [self._log.masked(value) for value in values]
        found = [{"name": name, "value": value} for name, value in zip(names, shown, strict=False)]
        with self.world.lock:
            self.build.shown["exportedEnvironmentVariables"] = found

    def _upload(self, spec: Buildspec) -> None:
        with self._phases.phase("UPLOAD_ARTIFACTS", contexts=True):
            report_store.collect(
                self._authority, self.build, spec.reports, self._places[""], self._log.say, self._expanded
            )
            delivered = delivery.Delivery(self.world, self.build, self._authority, self._expanded)
            try:
                delivered.upload(spec, self._places[""], self._log.say)
            except delivery.DeliveryError as error:
                raise PhaseError(_CLIENT_ERROR, str(error)) from error

    def _expanded(self, text: str) -> str:
        """Variables and commands in a text of the buildspec, as its shell fills them in

        User guide, artifacts/name: "calculated at build time" in the shell; the log of a build, "Expanding
        ...-$CODEBUILD_BUILD_NUMBER-DATE-$(date +%Y-%m-%d).json", shows the same for files. A text stays as
        it is when the shell refuses it (inferred).
        """
        if not _SHELL_MARKS.search(text):
            return text
        target = self.build.folder / "expanded"
        target.unlink(missing_ok=True)
        self._run(f"cat > '{target}' <<{_END}\n{text}\n{_END}\n")
        return target.read_text(errors="replace").removesuffix("\n") if target.exists() else text

    @property
    def _opened(self) -> shell.Shell:
        if self._shell is None:
            raise PhaseError(_CLIENT_ERROR, "the shell of the build was not started")
        return self._shell

    def _finish(self) -> None:
        if self._shell:
            self._shell.close()
        processes.end_marked(f"CODEBUILD_BUILD_ID={self.build.identity}")
        if self._desk:
            container_credentials.close_desk(self.world, self._desk)
        if not self._phases.was_cut:
            with self._phases.phase("FINALIZING", contexts=True):
                pass
        self._log.close()
        s3_log.store(self.world, self.build, self._log, self._authority)
        delivery.clear(self.build)
        with self.world.lock:
            self.build.complete(self._phases.status, self.world.now())
            events.state_changed(self.world, self.build)
