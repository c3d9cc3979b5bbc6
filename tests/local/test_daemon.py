"""The background server: started once, found by all, replaced when it died, ended by its own id only"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pipectl.local import daemon, finding
from tests import roles

if TYPE_CHECKING:
    from collections.abc import Iterator

Connect = Callable[[str, str], Callable[..., Any]]
ROOT = Path(__file__).parents[2]
ENSURE = (
    "from pipectl.local import daemon; import json; e = daemon.ensure(); print(json.dumps([e.url, e.pid]))"
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A state folder of its own, and no server left behind"""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path)
    try:
        yield tmp_path
        daemon.stop()
    finally:
        if before is None:
            del os.environ["XDG_STATE_HOME"]
        else:
            os.environ["XDG_STATE_HOME"] = before


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def eventually(promise: Callable[[], bool]) -> bool:
    """Ask again until it is so, a minute at most: processes start and end slowly on a busy machine"""
    deadline = time.monotonic() + 60
    while not promise():
        if time.monotonic() > deadline:
            return False
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody took note of (Linux: a zombie) does not"""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def port_file(home: Path) -> Path:
    return home / "pipectl" / "local" / "server.json"


def _account(connect: Connect, url: str) -> str:
    return str(connect(url, "111122223333")("sts").get_caller_identity()["Account"])


def test_the_first_call_starts_it_and_the_next_finds_it(home: Path, connect: Connect) -> None:
    first = daemon.ensure()
    assert is_alive(first.pid)
    assert _account(connect, first.url) == "111122223333"
    assert daemon.ensure() == first


def test_calls_of_all_kinds_at_once_find_a_cold_server_ready(
    home: Path, connect: Connect, free_port: int
) -> None:
    calls = [
        ("iam", "list_roles"),
        ("s3", "list_buckets"),
        ("ecr", "describe_repositories"),
        ("logs", "describe_log_groups"),
        ("events", "list_rules"),
        ("codepipeline", "list_pipelines"),
        ("ecs", "list_clusters"),
        ("ssm", "describe_parameters"),
    ]
    client = connect(f"http://127.0.0.1:{free_port}", "111122223333")
    ready = [getattr(client(service), operation) for service, operation in calls]
    daemon.ensure(free_port)
    with ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(lambda call: call(), ready))
    assert {answer["ResponseMetadata"]["HTTPStatusCode"] for answer in answers} == {200}


def test_a_running_server_is_found_in_no_time(home: Path) -> None:
    daemon.ensure()
    assert min(timeit.repeat(daemon.ensure, number=1, repeat=20)) < 0.02, "a busy machine delays some"


def test_two_first_starts_at_once_give_one_server(home: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        run = [sys.executable, "-c", ENSURE]
        found = list(pool.map(lambda _: subprocess.check_output(run, cwd=ROOT), range(3)))
    servers = {tuple(json.loads(answer)) for answer in found}
    assert len(servers) == 1
    assert servers == {(daemon.ensure().url, daemon.ensure().pid)}
    log = (home / "pipectl" / "local" / "server.log").read_text()
    assert log.count("listens on") == 1


def test_it_lives_on_when_the_one_that_started_it_ends(home: Path) -> None:
    url, pid = json.loads(subprocess.check_output([sys.executable, "-c", ENSURE], cwd=ROOT))
    assert daemon.ensure() == finding.Endpoint(url, pid)
    assert os.getsid(pid) != os.getsid(0)


def test_a_killed_server_is_replaced(home: Path, connect: Connect) -> None:
    first = daemon.ensure()
    os.kill(first.pid, signal.SIGKILL)
    assert eventually(lambda: not is_alive(first.pid))
    second = daemon.ensure()
    assert second.pid != first.pid
    assert _account(connect, second.url) == "111122223333"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "port": 1}'])
def test_a_broken_port_file_is_replaced(home: Path, text: str) -> None:
    port_file(home).parent.mkdir(parents=True)
    port_file(home).write_text(text)
    assert is_alive(daemon.ensure().pid)


def test_a_port_file_of_a_server_that_is_gone_is_replaced(home: Path, free_port: int) -> None:
    port_file(home).parent.mkdir(parents=True)
    port_file(home).write_text(json.dumps({"pid": os.getpid(), "port": free_port}))
    running = daemon.ensure()
    assert running.pid != os.getpid()


def test_a_process_that_is_not_the_server_is_never_ended(home: Path) -> None:
    running = daemon.ensure()
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    right = port_file(home).read_text()
    port_file(home).write_text(json.dumps({**json.loads(right), "pid": bystander.pid}))
    assert daemon.stop() is None
    assert bystander.poll() is None
    assert is_alive(running.pid)
    bystander.communicate(b"\n")
    port_file(home).write_text(right)


def test_stop_ends_it_and_says_which(home: Path) -> None:
    running = daemon.ensure()
    assert daemon.stop() == running.pid
    assert eventually(lambda: not is_alive(running.pid))
    assert not port_file(home).exists()
    assert daemon.stop() is None
    assert daemon.status() is None


def test_status_tells_where_it_is(home: Path) -> None:
    running = daemon.ensure()
    found = daemon.status()
    assert found is not None
    assert (found.url, found.pid) == (running.url, running.pid)
    assert found.version
    assert found.started <= time.time()
    assert Path(found.log).is_relative_to(home)


def test_a_named_port_is_listened_on(home: Path, free_port: int) -> None:
    assert daemon.ensure(free_port).url == f"http://127.0.0.1:{free_port}"


def test_a_named_port_that_is_taken_is_an_error(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(daemon.LocalError) as refused:
            daemon.ensure(port)
    assert refused.value.message == f"port {port} is taken"
    assert refused.value.hint
    assert is_alive(daemon.ensure().pid), "the failed start holds nothing"


def test_another_port_than_the_running_one_is_an_error(home: Path, free_port: int) -> None:
    running = daemon.ensure()
    with pytest.raises(daemon.LocalError) as refused:
        daemon.ensure(free_port)
    assert running.url in refused.value.message
    assert "pipectl local stop" in refused.value.hint


def test_the_usual_port_is_left_to_others_when_it_is_taken(home: Path, tmp_path: Path) -> None:
    first = daemon.ensure()
    os.environ["XDG_STATE_HOME"] = str(tmp_path / "other")
    second = daemon.ensure()
    assert second.url != first.url
    daemon.stop()
    os.environ["XDG_STATE_HOME"] = str(home)
    assert daemon.ensure() == first


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (
            "raise RuntimeError('broken on purpose')",
            ["did not start; its log ends with", "broken on purpose", "server.log"],
        ),
        ("import os; os._exit(1)", ["did not start, and its log is empty | is the disk full?"]),
    ],
)
def test_a_server_that_dies_while_starting_shows_the_end_of_its_log(
    home: Path, tmp_path: Path, end: str, words: list[str]
) -> None:
    broken = tmp_path / "broken" / "werkzeug"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(end)
    code = (
        "from pipectl.local import daemon\n"
        "try: daemon.ensure()\n"
        "except daemon.LocalError as error: print(error.message, '|', error.hint)"
    )
    # the program itself has the whole werkzeug at hand; only the server that it starts meets the broken one
    environment = {**os.environ, "PYTHONPATH": str(broken.parent)}
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True)
    assert [each for each in words if each not in told] == []


def test_without_moto_the_extra_is_named(home: Path) -> None:
    code = (
        "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]\n"
        "from pipectl.local import daemon\n"
        "try: daemon.ensure()\n"
        "except daemon.LocalError as error: print(error.message, '|', error.hint)"
    )
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert told.strip().endswith("| pip install 'pipectl-aws[local]'")
    assert "moto" in told


def test_a_folder_that_cannot_be_written_is_an_error(home: Path) -> None:
    (home / "pipectl").write_text("in the way")
    with pytest.raises(daemon.LocalError, match="cannot write"):
        daemon.ensure()


def test_reset_forgets_everything_and_the_server_stays(home: Path, connect: Connect) -> None:
    running = daemon.ensure()
    s3 = connect(running.url, "111111111111")("s3", region="us-east-1")
    s3.create_bucket(Bucket="the-same-name")
    assert daemon.reset() is True
    assert s3.list_buckets()["Buckets"] == []
    other = connect(running.url, "222222222222")("s3", region="us-east-1")
    other.create_bucket(Bucket="the-same-name")
    assert daemon.ensure() == running


def test_reset_without_a_server_does_nothing(home: Path) -> None:
    assert daemon.reset() is False


def test_the_environment_is_what_other_clients_need(home: Path) -> None:
    told = daemon.environment("111122223333", "eu-central-1")
    assert told == {
        "AWS_ENDPOINT_URL": daemon.ensure().url,
        "AWS_ACCESS_KEY_ID": "111122223333",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    run = subprocess.check_output([sys.executable, "-c", code], env={**os.environ, **told}, text=True)
    assert run.strip() == "111122223333"


def test_what_the_user_set_for_aws_and_moto_is_not_the_servers(home: Path, connect: Connect) -> None:
    theirs = {"AWS_PROFILE": "no-such-profile", "MOTO_ACCOUNT_ID": "9" * 12}
    os.environ.update(theirs)
    try:
        running = daemon.ensure()
    finally:
        for name in theirs:
            del os.environ[name]
    made = connect(running.url, "111122223333")("ecr").create_repository(repositoryName="shop")
    assert made["repository"]["registryId"] == "111122223333"


def test_files_are_for_this_user_only(home: Path) -> None:
    daemon.ensure()
    assert finding.folder().stat().st_mode & 0o077 == 0


def test_a_relative_state_folder_is_ignored(home: Path) -> None:
    os.environ["XDG_STATE_HOME"] = "relative"
    assert finding.folder() == Path.home() / ".local" / "state" / "pipectl" / "local"
    os.environ["XDG_STATE_HOME"] = str(home)


def test_a_server_starts_with_the_options_that_are_named(home: Path, connect: Connect) -> None:
    server = daemon.ensure(options={"builds": False, "pace": 0})
    codebuild = connect(server.url, "123456789012")("codebuild")
    role = roles.make(connect(server.url, "123456789012")("iam"), "build", "codebuild")
    codebuild.create_project(
        name="refused",
        serviceRole=role,
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [exit 0]}}\n"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
    )
    build = codebuild.start_build(projectName="refused")["build"]["id"]
    assert eventually(lambda: codebuild.batch_get_builds(ids=[build])["builds"][0]["buildComplete"])
    assert codebuild.batch_get_builds(ids=[build])["builds"][0]["buildStatus"] == "FAILED"


def test_options_for_a_server_that_runs_are_an_error(home: Path) -> None:
    daemon.ensure()
    with pytest.raises(daemon.LocalError, match="already runs") as refused:
        daemon.ensure(options={"docker": True})
    assert "pipectl local stop" in refused.value.hint


def test_a_connection_leads_to_a_folder_that_is_there(home: Path, tmp_path: Path) -> None:
    arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
    daemon.connect(arn, str(tmp_path))
    with pytest.raises(daemon.LocalError, match="cannot connect"):
        daemon.connect(arn, str(tmp_path / "nowhere"))


def test_a_private_server_answers_only_to_the_key_that_env_prints(home: Path, connect: Connect) -> None:
    server = daemon.ensure(options={"private": True})
    with pytest.raises(ClientError) as refused:
        connect(server.url, "123456789012")("codecommit").list_repositories()
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"
    key = daemon.environment("210987654321")["AWS_ACCESS_KEY_ID"]
    codecommit = connect(server.url, key)("codecommit")
    made = codecommit.create_repository(repositoryName="kept")["repositoryMetadata"]
    assert made["accountId"] == "210987654321"
    asked = ["git", "-c", "credential.helper=", "ls-remote"]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    stranger = subprocess.run(
        [*asked, made["cloneUrlHttp"]], env=environment, check=False, capture_output=True
    )
    known = made["cloneUrlHttp"].replace("http://", f"http://{key}:x@")
    assert stranger.returncode != 0
    assert subprocess.run([*asked, known], env=environment, check=False).returncode == 0
    assert daemon.reset()
