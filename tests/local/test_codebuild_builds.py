"""CodeBuild: builds that really run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.builder import IMAGE, Builder, contexts, phases, until
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server


def test_a_build_runs_its_phases_and_keeps_its_log(builder: Builder, account: str) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          install: {commands: [echo one]}
          pre_build: {commands: [echo two]}
          build: {commands: [echo three, "echo problem >&2"]}
          post_build: {commands: [echo four]}
        """)
    assert build["buildStatus"] == "SUCCEEDED"
    assert list(phases(build)) == [
        "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD",
        "POST_BUILD", "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED",
    ]  # fmt: skip
    assert set(phases(build).values()) == {"SUCCEEDED", None}
    assert builder.log(build) == "one\ntwo\nthree\nproblem\nfour\n"
    uuid = build["id"].removeprefix("shop:")
    assert build["arn"] == f"arn:aws:codebuild:eu-west-1:{account}:build/shop:{uuid}"
    assert build["buildNumber"] == 1
    assert build["logs"]["groupName"] == "/aws/codebuild/shop"
    assert build["logs"]["streamName"] == uuid
    assert build["currentPhase"] == "COMPLETED"
    assert build["endTime"] >= build["startTime"]


def test_state_stays_between_commands_and_phases(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          pre_build:
            commands:
              - NAME=shop
              - mkdir deep && cd deep
              - export TOLD=yes
          build:
            commands:
              - echo $NAME $TOLD $(basename $PWD)
              - |
                for word in a b
                do
                  echo $word
                done
        """)
    said = builder.log(build)
    assert said.startswith("shop yes deep\n")
    assert said.endswith("a\nb\n")


def test_in_version_0_1_every_command_stands_alone(builder: Builder) -> None:
    build = builder.run("""
        version: 0.1
        phases:
          build:
            commands:
              - NAME=shop; cd /
              - echo "[$NAME] $(test "$PWD" = "$CODEBUILD_SRC_DIR" && echo home)"
        """)
    assert builder.log(build) == "[] home\n"


def test_a_command_that_ends_its_shell_ends_only_itself_and_hands_nothing_on(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          build:
            commands:
              - NAME=shop
              - NAME=other; exit 0
              - echo still $NAME
        """)
    assert build["buildStatus"] == "SUCCEEDED"
    assert builder.log(build) == "still shop\n"


@pytest.mark.parametrize("image", [IMAGE, "aws/codebuild/standard:7.0"])
def test_programs_see_all_variables_that_earlier_commands_have_set(builder: Builder, image: str) -> None:
    build = builder.run(
        """
        version: 0.2
        env: {variables: {GONE: here}}
        phases:
          pre_build:
            commands:
              - NAME="a $ 'b'"; mkdir "it's"; cd "it's"
              - unset GONE
          build:
            commands:
              - sh -c 'echo "$NAME [$GONE] $CODEBUILD_LAST_EXIT ${PWD##*/}"'
        """,
        environment={"image": image},
    )
    assert builder.log(build) == "a $ 'b' [] 0 it's\n"


def test_a_value_too_large_for_programs_stays_for_the_shell(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          build:
            commands:
              - LARGE=$(head -c 200000 /dev/zero | tr '\\0' x); NAME=shop
              - echo ${#LARGE} $NAME
        """)
    assert builder.log(build) == "200000 shop\n"


def test_functions_options_and_arrays_end_with_their_command(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        env: {shell: bash}
        phases:
          build:
            commands:
              - greet() { echo hello; }; words=(a b); set -e; greet
              - echo "[${words[*]}]"; false; echo on
              - greet || echo no greet
        """)
    assert build["buildStatus"] == "SUCCEEDED"
    said = builder.log(build).splitlines()
    assert said[:3] == ["hello", "[]", "on"]
    assert said[3].endswith("script.sh: line 4: greet: command not found")
    assert said[4:] == ["no greet"]


def test_a_failed_build_phase_still_runs_post_build(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          build:
            commands:
              - exit 3
              - echo never
            finally: [echo always]
          post_build:
            commands: [echo succeeding $CODEBUILD_BUILD_SUCCEEDING]
        """)
    assert build["buildStatus"] == "FAILED"
    assert phases(build)["BUILD"] == "FAILED"
    assert phases(build)["POST_BUILD"] == "SUCCEEDED"
    assert contexts(build, "BUILD") == [
        {
            "statusCode": "COMMAND_EXECUTION_ERROR",
            "message": "Error while executing command: exit 3. Reason: exit status 3",
        }
    ]
    assert builder.log(build) == "always\nsucceeding 0\n"


@pytest.mark.parametrize("phase", ["install", "pre_build"])
def test_a_failure_before_the_build_ends_it(builder: Builder, phase: str) -> None:
    build = builder.run(f"""
        version: 0.2
        phases:
          {phase}: {{commands: ["false"]}}
          build: {{commands: [echo never]}}
        """)
    assert build["buildStatus"] == "FAILED"
    assert list(phases(build))[-3:] == [phase.upper(), "FINALIZING", "COMPLETED"]


@pytest.mark.parametrize(("rule", "said"), [("ABORT", ""), ("CONTINUE", "after\n")])
def test_on_failure_decides_what_follows(builder: Builder, rule: str, said: str) -> None:
    build = builder.run(f"""
        version: 0.2
        phases:
          pre_build: {{commands: ["false"], on-failure: {rule}}}
          build: {{commands: [echo after]}}
        """)
    assert build["buildStatus"] == "FAILED"
    assert builder.log(build) == said


def test_on_failure_retry_starts_the_build_again(builder: Builder) -> None:
    builder.project("""
        version: 0.2
        phases:
          build: {commands: [exit 7], on-failure: "RETRY-2-exit status 7"}
        """)
    first = builder.start()
    identities = until(lambda: _third(builder))
    builds = [builder.ended(identity) for identity in identities]
    assert [build["buildStatus"] for build in builds] == ["FAILED"] * 3
    assert builds[0]["id"] == first
    assert builds[0]["autoRetryConfig"]["nextAutoRetry"] == builds[1]["arn"]
    assert builds[2]["autoRetryConfig"]["autoRetryNumber"] == 2
    assert "nextAutoRetry" not in builds[2]["autoRetryConfig"]


def _third(builder: Builder) -> list[str] | None:
    identities: list[str] = builder.api.list_builds(sortOrder="ASCENDING")["ids"]
    return identities if len(identities) == 3 and builder.shown(identities[2])["buildComplete"] else None


def test_on_failure_retry_heeds_its_expression(builder: Builder) -> None:
    builder.run("""
        version: 0.2
        phases:
          build: {commands: [exit 7], on-failure: "RETRY-2-no such thing"}
        """)
    assert len(builder.api.list_builds()["ids"]) == 1


def test_the_more_special_variable_wins(builder: Builder) -> None:
    builder.project(
        """
        version: 0.2
        env:
          variables: {A: spec, B: spec, C: spec, NUMBER: 1.10, FLAG: no}
        phases:
          build: {commands: [echo $A $B $C $NUMBER $FLAG]}
        """,
        environment={
            "environmentVariables": [{"name": "B", "value": "project"}, {"name": "C", "value": "project"}]
        },
    )
    build = builder.ended(builder.start(environmentVariablesOverride=[{"name": "C", "value": "start"}]))
    assert builder.log(build) == "spec project start 1.10 no\n"


def test_values_come_from_parameter_store_and_secrets_manager(
    builder: Builder, client: Callable[..., Any]
) -> None:
    client("ssm").put_parameter(Name="/shop/plain", Value="one", Type="String")
    client("ssm").put_parameter(Name="/shop/hidden", Value="two", Type="SecureString")
    client("secretsmanager").create_secret(Name="shop", SecretString=json.dumps({"key": "three"}))
    build = builder.run(
        """
        version: 0.2
        env:
          parameter-store: {PLAIN: /shop/plain}
          secrets-manager: {SECRET: "shop:key"}
        phases:
          build: {commands: [echo $PLAIN $HIDDEN $SECRET, 'test "$PLAIN $HIDDEN $SECRET" = "one two three"']}
        """,
        environment={
            "environmentVariables": [{"name": "HIDDEN", "value": "/shop/hidden", "type": "PARAMETER_STORE"}]
        },
    )
    assert build["buildStatus"] == "SUCCEEDED"
    assert builder.log(build) == "*** *** ***\n"


def test_values_of_stores_and_access_keys_stand_in_no_log(
    builder: Builder, client: Callable[..., Any]
) -> None:
    client("ssm").put_parameter(Name="/shop/plain", Value="first line\nsecond line", Type="String")
    client("secretsmanager").create_secret(Name="shop", SecretString="open-sesame")
    build = builder.run(
        """
        version: 0.2
        env:
          secrets-manager: {SECRET: shop}
          exported-variables: [SECRET, PARAMETER, STORED, SAID, COPY]
        phases:
          build:
            commands:
              - export SAID=loud COPY="pre-$SECRET"
              - echo "password=$SECRET."; echo "$PARAMETER"
              - echo AKIA"IOSFODNN7EXAMPLE" open-sesame
        """,
        environment={
            "environmentVariables": [
                {"name": "PARAMETER", "value": "/shop/plain", "type": "PARAMETER_STORE"},
                {"name": "STORED", "value": "shop", "type": "SECRETS_MANAGER"},
            ]
        },
    )
    lines = "".join(builder.lines(build))
    assert builder.log(build) == "password=***.\n***\n***\n*** ***\n"
    assert [word for word in ("open-sesame", "first line", "second line") if word in lines] == []
    assert build["exportedEnvironmentVariables"] == [
        {"name": "SAID", "value": "loud"},
        {"name": "COPY", "value": "pre-***"},
    ]


def test_a_missing_secret_is_called_by_its_name(builder: Builder) -> None:
    build = builder.run(
        'version: 0.2\nenv: {secrets-manager: {A: nowhere}}\nphases: {build: {commands: ["true"]}}\n'
    )
    assert contexts(build, "DOWNLOAD_SOURCE")[0]["message"].startswith("ResourceNotFoundException: ")


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("parameter-store: {A: /nowhere}", "Decrypted Variables Error"),
        ("secrets-manager: {A: nowhere}", "Secrets Manager Error"),
    ],
)
def test_a_missing_value_fails_the_download(builder: Builder, block: str, code: str) -> None:
    build = builder.run(f"""
        version: 0.2
        env: {{{block}}}
        phases:
          build: {{commands: [echo never]}}
        """)
    assert phases(build)["DOWNLOAD_SOURCE"] == "FAILED"
    assert contexts(build, "DOWNLOAD_SOURCE")[0]["statusCode"] == code


def test_exported_variables_are_told(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        env:
          variables: {A: before}
          exported-variables: [A, B, AWS_REGION]
        phases:
          build:
            commands:
              - A=after
              - B="two words"
        """)
    assert build["exportedEnvironmentVariables"] == [
        {"name": "A", "value": "after"},
        {"name": "B", "value": "two words"},
    ]


def test_the_environment_is_that_of_codebuild_and_nothing_of_the_host(
    builder: Builder, server: Server, account: str
) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          build: {commands: [env]}
        """)
    found = dict(line.split("=", 1) for line in builder.log(build).splitlines() if "=" in line)
    assert found["CODEBUILD_BUILD_ID"] == build["id"]
    assert found["CODEBUILD_BUILD_ARN"] == build["arn"]
    assert found["CODEBUILD_BUILD_NUMBER"] == "1"
    assert found["CODEBUILD_BUILD_IMAGE"] == IMAGE
    assert found["CODEBUILD_PROJECT_ARN"] == f"arn:aws:codebuild:eu-west-1:{account}:project/shop"
    assert found["CODEBUILD_LOG_PATH"] == build["logs"]["streamName"]
    assert found["CODEBUILD_KMS_KEY_ID"] == f"arn:aws:kms:eu-west-1:{account}:alias/aws/s3"
    assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert found["AWS_ENDPOINT_URL"] == server.url
    assert found["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith(server.url)
    assert "AWS_ACCESS_KEY_ID" not in found
    assert found["HOME"] != str(Path.home())
    known = ("PATH", "HOME", "TMPDIR", "LANG", "PWD", "OLDPWD", "SHLVL", "_")
    prefixes = ("AWS_", "CODEBUILD_", "PIPECTL_LOCAL_")
    assert [name for name in found if name not in known and not name.startswith(prefixes)] == []


WRONG_SPECS: dict[str, tuple[str, str]] = {
    "no YAML": ("version: 0.2\nphases: [a\n", "did not find expected ',' or ']' at line 3"),
    "a tab": (
        "version: 0.2\nphases:\n\tbuild: {}\n",
        "found character that cannot start any token at line 2",
    ),
    "a list": ("- a\n- b\n", "wrong number of container tags, expected 1"),
    "a mapping for a command": (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - echo a\n      - echo b: c\n",
        "Expected Commands[1] to be of string type: found subkeys instead",
    ),
    "no version": ("phases:\n  build: {commands: [echo]}\n", "version"),
    "an unknown version": (
        "version: 3\nphases:\n  build: {commands: [echo]}\n",
        "invalid buildspec version 3",
    ),
    "an unknown phase": (
        "version: 0.2\nphases:\n  test: {commands: [echo]}\n",
        "Invalid buildspec phase name: TEST. Expecting: BUILD,INSTALL,POST_BUILD,PRE_BUILD",
    ),
    "docker 18": (
        "version: 0.2\nphases:\n  install:\n    runtime-versions: {docker: 18}\n",
        "Unknown runtime named 'docker'. This build image has the following runtimes: dotnet, golang, java",
    ),
    "an old ruby": (
        "version: 0.2\nphases:\n  install:\n    runtime-versions: {ruby: 2.7}\n",
        "Unknown runtime version named '2.7' of ruby. This build image has the following versions: 3.1",
    ),
}


@pytest.mark.parametrize("case", WRONG_SPECS)
def test_a_wrong_buildspec_fails_the_download_in_the_agents_words(builder: Builder, case: str) -> None:
    spec, message = WRONG_SPECS[case]
    build = builder.run(spec)
    assert build["buildStatus"] == "FAILED"
    (context,) = contexts(build, "DOWNLOAD_SOURCE")
    assert context["statusCode"] == "YAML_FILE_ERROR"
    assert message in context["message"]


def test_a_retired_docker_runtime_is_refused_as_its_image_did(builder: Builder) -> None:
    build = builder.run(
        "version: 0.2\nphases:\n  install:\n    runtime-versions: {docker: 18}\n",
        environment={"image": "aws/codebuild/amazonlinux2-x86_64-standard:4.0"},
    )
    assert contexts(build, "DOWNLOAD_SOURCE")[0]["message"] == (
        "Unknown runtime version named '18' of docker. This build image has the following versions: 20"
    )


def test_known_runtimes_are_taken(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          install:
            runtime-versions: {python: 3.10, nodejs: 22.x, java: latest, golang: 1.2x}
        """)
    assert contexts(build, "DOWNLOAD_SOURCE")[0]["message"].startswith("Unknown runtime version named '1.2x'")
    builder.api.update_project(
        name="shop",
        source={
            "type": "NO_SOURCE",
            "buildspec": "version: 0.2\nphases: {install: {runtime-versions: {python: 3.10, nodejs: 22.x}}}",
        },
    )
    assert builder.ended(builder.start())["buildStatus"] == "SUCCEEDED"


def test_a_build_can_be_stopped_with_all_its_processes(builder: Builder, tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    builder.project(f"""
        version: 0.2
        phases:
          build:
            commands:
              - sleep 300 & echo $! >> {mark}
              - setsid sleep 300 & echo $! >> {mark}
              - echo ready >> {mark}; sleep 300
        """)
    identity = builder.start()
    pids = until(lambda: mark.exists() and "ready" in mark.read_text() and mark.read_text().split()[:2])
    stopped = builder.api.stop_build(id=identity)["build"]
    assert (stopped["id"], stopped["buildComplete"]) == (identity, True)
    assert (stopped["buildStatus"], stopped["currentPhase"]) == ("STOPPED", "COMPLETED")
    assert phases(stopped)["BUILD"] == "STOPPED"
    build = builder.ended(identity)
    assert build["buildStatus"] == "STOPPED"
    assert phases(build)["BUILD"] == "STOPPED"
    assert until(lambda: not any(_runs(pid) for pid in pids))


def _runs(pid: str) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_output_is_there_while_the_command_runs(builder: Builder) -> None:
    builder.project("""
        version: 0.2
        phases:
          build: {commands: ["echo first; sleep 300"]}
        """)
    identity = builder.start()
    until(lambda: "streamName" in builder.shown(identity)["logs"])
    assert until(lambda: "first\n" in builder.lines(builder.shown(identity)))
    builder.api.stop_build(id=identity)
    builder.ended(identity)


def test_the_log_goes_where_the_project_says(builder: Builder) -> None:
    logs = {"cloudWatchLogs": {"status": "ENABLED", "groupName": "builds", "streamName": "shop"}}
    build = builder.run("version: 0.2\nphases:\n  build: {commands: [echo here]}\n", logsConfig=logs)
    assert build["logs"]["groupName"] == "builds"
    assert build["logs"]["streamName"] == f"shop/{build['id'].partition(':')[2]}"
    assert builder.log(build) == "here\n"


def test_without_cloudwatch_logs_there_is_no_log(builder: Builder, client: Callable[..., Any]) -> None:
    logs = {"cloudWatchLogs": {"status": "DISABLED"}}
    build = builder.run("version: 0.2\nphases:\n  build: {commands: [echo here]}\n", logsConfig=logs)
    assert build["buildStatus"] == "SUCCEEDED"
    assert "groupName" not in build["logs"]
    assert client("logs").describe_log_groups()["logGroups"] == []


def test_what_is_ignored_is_said(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        run-as: somebody
        phases:
          build: {commands: [echo here]}
        cache: {paths: ['/root/.m2/**/*']}
        """)
    said = "".join(builder.lines(build))
    assert "run-as is ignored" in said
    assert "cache is ignored" in said


@pytest.mark.parametrize(("shell", "said"), [("bash", "array 2\n"), ("/bin/sh", "plain\n")])
def test_the_buildspec_names_its_shell(builder: Builder, shell: str, said: str) -> None:
    command = "words=(1 2); echo array ${#words[@]}" if shell == "bash" else "echo plain"
    build = builder.run(f"""
        version: 0.2
        env: {{shell: {shell}}}
        phases:
          build: {{commands: ["{command}"]}}
        """)
    assert builder.log(build) == said


def test_a_shell_of_windows_is_refused(builder: Builder) -> None:
    build = builder.run("version: 0.2\nenv: {shell: powershell.exe}\nphases: {build: {commands: [dir]}}\n")
    assert contexts(build, "DOWNLOAD_SOURCE")[0]["message"].startswith("unsupported shell powershell.exe")


def test_builds_are_listed_newest_first(builder: Builder) -> None:
    builder.project("version: 0.2\nphases:\n  build: {commands: [echo]}\n")
    identities = [builder.start() for _ in range(3)]
    assert builder.api.list_builds()["ids"] == identities[::-1]
    assert builder.api.list_builds(sortOrder="ASCENDING")["ids"] == identities
    assert builder.api.list_builds_for_project(projectName="shop")["ids"] == identities[::-1]
    numbers = [builder.ended(identity)["buildNumber"] for identity in identities]
    assert numbers == [1, 2, 3]
    with refused("ResourceNotFoundException"):
        builder.api.list_builds_for_project(projectName="nowhere")


def test_a_missing_build_is_told_not_refused(builder: Builder) -> None:
    answer = builder.api.batch_get_builds(ids=["shop:nothing"])
    assert answer["buildsNotFound"] == ["shop:nothing"]
    with refused("ResourceNotFoundException"):
        builder.api.stop_build(id="shop:nothing")
    with refused("ResourceNotFoundException", "Project cannot be found"):
        builder.start()


def test_a_build_can_be_tried_again_and_deleted(builder: Builder) -> None:
    first = builder.run("version: 0.2\nphases:\n  build: {commands: [echo $WORD]}\n")
    again = builder.ended(builder.api.retry_build(id=first["id"])["build"]["id"])
    assert again["buildNumber"] == 2
    answer = builder.api.batch_delete_builds(ids=[first["id"]])
    assert answer["buildsDeleted"] == [first["arn"]]
    assert answer["buildsNotDeleted"] == []
    assert builder.api.list_builds()["ids"] == [again["id"]]


def test_the_same_token_starts_one_build(builder: Builder) -> None:
    builder.project("version: 0.2\nphases:\n  build: {commands: [echo]}\n")
    first = builder.start(idempotencyToken="once")
    assert builder.start(idempotencyToken="once") == first
    with refused("InvalidInputException", "idempotency token"):
        builder.start(idempotencyToken="once", timeoutInMinutesOverride=10)
    builder.ended(first)


def test_a_limit_of_builds_is_kept(builder: Builder) -> None:
    builder.project("version: 0.2\nphases:\n  build: {commands: [sleep 300]}\n", concurrentBuildLimit=1)
    identity = builder.start()
    with refused("AccountLimitExceededException"):
        builder.start()
    builder.api.stop_build(id=identity)
    builder.ended(identity)


def test_a_project_of_a_pipeline_needs_other_source_and_artifacts(builder: Builder) -> None:
    pipeline = {"source": {"type": "CODEPIPELINE"}, "artifacts": {"type": "CODEPIPELINE"}}
    builder.project("", **pipeline)
    with refused("InvalidInputException", "CODEPIPELINE"):
        builder.start()
    spec = "version: 0.2\nphases:\n  build: {commands: [echo ok]}\n"
    override = {"sourceTypeOverride": "NO_SOURCE", "buildspecOverride": spec}
    with refused(
        "InvalidInputException", "ArtifactsOverride must be set when using artifacts type CodePipelines"
    ):
        builder.start(**override)
    build = builder.ended(builder.start(**override, artifactsOverride={"type": "NO_ARTIFACTS"}))
    assert builder.log(build) == "ok\n"


def test_states_and_phases_are_told_to_eventbridge(builder: Builder, server: Server, account: str) -> None:
    heard: list[dict[str, Any]] = []

    def listen(owner: str, region: str, event: dict[str, Any]) -> None:
        if owner == account and event["source"] == "aws.codebuild":
            heard.append(event)

    server.world.on_event(listen)
    build = builder.run("version: 0.2\nphases:\n  build: {commands: [echo]}\n")
    states = [event["detail"] for event in heard if event["detail-type"] == "CodeBuild Build State Change"]
    assert [state["build-status"] for state in states] == ["IN_PROGRESS", "SUCCEEDED"]
    assert states[0]["build-id"] == build["arn"]
    assert states[0]["project-name"] == "shop"
    told = [event["detail"] for event in heard if event["detail-type"] == "CodeBuild Build Phase Change"]
    assert "BUILD" in [phase["completed-phase"] for phase in told]
    assert {phase["completed-phase-status"] for phase in told} == {"SUCCEEDED"}


DASH = "aws/codebuild/standard:7.0"


@pytest.mark.parametrize(
    ("image", "command", "status"),
    [
        (IMAGE, "[[ a == a ]]", "SUCCEEDED"),
        (DASH, "[[ a == a ]]", "FAILED"),
        (IMAGE, "echo '[[ a == a ]]' > x.sh; sh x.sh", "SUCCEEDED"),
        (DASH, "echo '[[ a == a ]]' > x.sh; sh x.sh", "FAILED"),
        (DASH, "echo '[[ a == a ]]' > x.sh; bash x.sh", "SUCCEEDED"),
    ],
)
def test_sh_is_dash_in_ubuntu_images_and_bash_on_amazon_linux(
    builder: Builder, image: str, command: str, status: str
) -> None:
    spec = {"version": 0.2, "phases": {"build": {"commands": [command]}}}
    assert builder.run(json.dumps(spec), environment={"image": image})["buildStatus"] == status


def test_a_build_for_windows_is_refused_before_its_first_command(builder: Builder) -> None:
    build = builder.run(
        "version: 0.2\nphases: {build: {commands: [Write-Host a]}}\n",
        environment={
            "image": "aws/codebuild/windows-base:2022-1.0",
            "type": "WINDOWS_SERVER_2022_CONTAINER",
            "computeType": "BUILD_GENERAL1_MEDIUM",
        },
    )
    assert "no Windows" in contexts(build, "PROVISIONING")[0]["message"]


def test_the_first_failure_of_a_phase_is_told_and_finally_knows_of_it(builder: Builder) -> None:
    build = builder.run("""
        version: 0.2
        phases:
          build: {commands: [exit 3], finally: [echo $CODEBUILD_BUILD_SUCCEEDING, exit 4]}
        """)
    assert builder.log(build) == "0\n"
    assert contexts(build, "BUILD")[0]["message"].endswith("exit 3. Reason: exit status 3")
