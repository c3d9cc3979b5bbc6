"""How long a rehearsal of the seed system takes with permissions and without."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import systems
from tests.bench.processes import run
from tests.bench.server import LocalAws, local_aws
from tests.plain import session
from tests.shop import until

ACCOUNT = "111111111111"
APPLICATION = systems.SEED.with_suffix("")
RUNNING = ("InProgress", "Stopping")


def iam_ratio(folder: Path, rounds: int) -> float:
    """The time with permissions by the time without, each the median of so many rounds, in turn"""
    places = {flags: folder / (flags[0] if flags else "iam") for flags in ((), ("--no-iam",))}
    for place in places.values():
        place.mkdir()
    took: dict[tuple[str, ...], list[float]] = {flags: [] for flags in places}
    options = ("--pace", "0", "--lenient-runtimes")  # the seed's buildspec names a retired runtime
    with (
        local_aws(places[()], *options) as strict,
        local_aws(places["--no-iam",], *options, "--no-iam") as open_,
    ):
        for number in range(rounds + 1):  # the first one warms the servers
            for flags, local in (((), strict), (("--no-iam",), open_)):
                seconds = _rehearse(local, places[flags])
                took[flags] += [seconds] if number else []
    return median(took[()]) / median(took["--no-iam",])


def _rehearse(local: LocalAws, folder: Path) -> float:
    """Create the system, push its application, and wait until the pipeline has deployed it"""
    local.reset()
    (spec,) = systems.write(folder, 1)
    made = session(ACCOUNT, region=systems.REGION)

    def client(service: str) -> Any:
        return made.client(service, endpoint_url=local.url)  # type: ignore[call-overload]  # any service

    start = time.perf_counter()
    run(["-m", "pipectl", "create", spec, "--endpoint-url", local.url], ACCOUNT)
    files = [
        {"filePath": path.relative_to(APPLICATION).as_posix(), "fileContent": path.read_bytes()}
        for path in sorted(APPLICATION.rglob("*"))
        if path.is_file()
    ]
    client("codecommit").create_commit(repositoryName="FriendReminders", branchName="master", putFiles=files)
    api = client("codepipeline")
    until(lambda: _status(api) == "Succeeded")
    return time.perf_counter() - start


def _status(api: Any) -> str:
    """Of the execution that the push has started; the first one finds no branch"""
    found = api.list_pipeline_executions(pipelineName="FriendReminders")["pipelineExecutionSummaries"]
    pushed = [each for each in found if each["trigger"]["triggerType"] == "CloudWatchEvent"]
    status = str(pushed[0]["status"]) if pushed else ""
    if status and status not in (*RUNNING, "Succeeded"):
        raise SystemExit(f"the rehearsal ended as {status}")
    return status
