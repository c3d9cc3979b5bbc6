"""CodeBuild: where sources come from and where artifacts go."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.buildspec.values import Files
from pipectl.local.codebuild import artifacts, unpack
from tests import roles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipectl.local.server import Server

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
PATIENCE_S = 60


@pytest.fixture
def codebuild(client: Callable[..., Any]) -> Any:
    return client("codebuild")


@pytest.fixture
def role(client: Callable[..., Any]) -> str:
    return roles.make(client("iam"), "builder", "codebuild")


@pytest.fixture
def bucket(client: Callable[..., Any], account: str) -> str:
    name = f"builds-{account}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


@pytest.fixture
def project(codebuild: Any, role: str) -> Callable[..., None]:
    def make(**stated: Any) -> None:
        environment = {"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"}
        codebuild.create_project(name="shop", environment=environment, serviceRole=role, **stated)

    return make


def ended(codebuild: Any, identity: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        shown: dict[str, Any] = codebuild.batch_get_builds(ids=[identity])["builds"][0]
        if shown["buildComplete"]:
            return shown
        pause.wait(0.05)
    raise AssertionError("the build did not end")


def run(codebuild: Any, **overrides: Any) -> dict[str, Any]:
    return ended(codebuild, codebuild.start_build(projectName="shop", **overrides)["build"]["id"])


def context(build: dict[str, Any], phase: str) -> dict[str, str]:
    found = next(shown for shown in build["phases"] if shown["phaseType"] == phase)
    first: dict[str, str] = found["contexts"][0]
    return first


def packed(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def unpacked(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


SPEC = """
version: 0.2
phases:
  build:
    commands:
      - mkdir -p out/deep; echo one > out/one.txt; echo two > out/deep/two.txt
      - cp -f README.md out || true
artifacts:
  base-directory: out
  files: '**/*'
"""


def test_a_codecommit_source_is_cloned_with_its_history(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any]
) -> None:
    codecommit = client("codecommit")
    url = codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]["cloneUrlHttp"]
    files = [
        {"filePath": "run.sh", "fileContent": b"echo ran", "fileMode": "EXECUTABLE"},
        {
            "filePath": "buildspec.yml",
            "fileContent": b"version: 0.2\nenv: {exported-variables: [HEAD]}\nphases:\n  build:\n"
            b"    commands:\n      - ./run.sh\n      - HEAD=$(git rev-parse HEAD)\n",
        },
    ]
    commit = codecommit.create_commit(repositoryName="shop", branchName="main", putFiles=files)["commitId"]
    project(source={"type": "CODECOMMIT", "location": url}, artifacts={"type": "NO_ARTIFACTS"})
    build = run(codebuild, sourceVersion="main")
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["resolvedSourceVersion"] == commit
    assert build["exportedEnvironmentVariables"] == [{"name": "HEAD", "value": commit}]


def test_a_missing_branch_fails_the_download(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any]
) -> None:
    made = client("codecommit").create_repository(repositoryName="shop")["repositoryMetadata"]
    project(
        source={"type": "CODECOMMIT", "location": made["cloneUrlHttp"]}, artifacts={"type": "NO_ARTIFACTS"}
    )
    build = run(codebuild, sourceVersion="nowhere")
    assert build["buildStatus"] == "FAILED"
    assert context(build, "DOWNLOAD_SOURCE")["statusCode"] == "CLIENT_ERROR"


def test_without_a_buildspec_the_build_says_where_it_looked(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="source.zip", Body=packed({"README.md": "hello"}))
    project(
        source={"type": "S3", "location": f"{bucket}/source.zip", "buildspec": "ci/build.yml"},
        artifacts={"type": "NO_ARTIFACTS"},
    )
    build = run(codebuild)
    found = context(build, "DOWNLOAD_SOURCE")
    assert found["statusCode"] == "YAML_FILE_ERROR"
    assert found["message"].endswith("ci/build.yml: no such file or directory")
    assert found["message"].startswith("stat ")


def test_artifacts_go_to_s3_as_files(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="source.zip", Body=packed({"README.md": "hello"}))
    project(
        source={"type": "S3", "location": f"{bucket}/source.zip", "buildspec": SPEC},
        artifacts={"type": "S3", "location": bucket, "path": "made", "name": "site"},
    )
    build = run(codebuild)
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["artifacts"]["location"] == f"arn:aws:s3:::{bucket}/made/site"
    listed = client("s3").list_objects_v2(Bucket=bucket, Prefix="made/")["Contents"]
    assert [entry["Key"] for entry in listed] == [
        "made/site/README.md",
        "made/site/deep/two.txt",
        "made/site/one.txt",
    ]


def test_artifacts_go_to_s3_as_one_zip_file(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    project(
        source={"type": "NO_SOURCE", "buildspec": SPEC},
        artifacts={
            "type": "S3",
            "location": bucket,
            "name": "site.zip",
            "packaging": "ZIP",
            "namespaceType": "BUILD_ID",
        },
    )
    build = run(codebuild)
    uuid = build["id"].partition(":")[2]
    stored = client("s3").get_object(Bucket=bucket, Key=f"{uuid}/site.zip")["Body"].read()
    assert unpacked(stored) == {"deep/two.txt": "two\n", "one.txt": "one\n"}
    assert build["artifacts"]["sha256sum"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("{files: [nothing.txt]}", "no matching artifact paths found"),
        ("{files: ['**/*'], base-directory: nowhere}", "no matching base directory path found"),
        ("{files: ['../../**/*']}", "no matching artifact paths found"),
        ("{files: ['**/*'], base-directory: ../../..}", "no matching base directory path found"),
        ("{files: [/etc/passwd/nothing]}", "no matching artifact paths found"),
    ],
)
def test_artifacts_that_are_not_there_fail_the_upload(
    codebuild: Any, project: Callable[..., None], bucket: str, block: str, message: str
) -> None:
    spec = f"version: 0.2\nphases: {{build: {{commands: [echo a > a.txt]}}}}\nartifacts: {block}\n"
    project(source={"type": "NO_SOURCE", "buildspec": spec}, artifacts={"type": "S3", "location": bucket})
    build = run(codebuild)
    assert build["buildStatus"] == "FAILED"
    assert context(build, "UPLOAD_ARTIFACTS") == {"statusCode": "CLIENT_ERROR", "message": message}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    for name in ("a.txt", "b.md", ".hidden", "dir/c.txt", "dir/deep/d.txt", "other/e.txt"):
        file = source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "secret").write_text("secret")
    (source / "leak").symlink_to(tmp_path / "secret")
    return source


PATTERNS: list[tuple[dict[str, Any], list[str]]] = [
    ({"files": ["**/*"]}, [".hidden", "a.txt", "b.md", "dir/c.txt", "dir/deep/d.txt", "other/e.txt"]),
    ({"files": ["*"]}, [".hidden", "a.txt", "b.md"]),
    ({"files": ["*.txt"]}, ["a.txt"]),
    ({"files": ["./a.txt"]}, ["a.txt"]),
    ({"files": ["**/*.txt"]}, ["a.txt", "dir/c.txt", "dir/deep/d.txt", "other/e.txt"]),
    ({"files": ["dir/*"]}, ["dir/c.txt"]),
    ({"files": ["dir/**/*"]}, ["dir/c.txt", "dir/deep/d.txt"]),
    ({"files": ["**/*"], "base": "dir"}, ["c.txt", "deep/d.txt"]),
    ({"files": ["**/*"], "base": "di*"}, ["c.txt", "deep/d.txt"]),
    ({"files": ["**/*"], "excluded": ["dir/**/*", ".*"]}, ["a.txt", "b.md", "other/e.txt"]),
    ({"files": ["dir/**/*"], "discard_paths": True}, ["c.txt", "d.txt"]),
    ({"files": ["a.txt", "missing.txt"]}, ["a.txt"]),
]


@pytest.mark.parametrize(("stated", "names"), PATTERNS)
def test_patterns_find_files(tree: Path, stated: dict[str, Any], names: list[str]) -> None:
    known: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()
    }
    assert sorted(artifacts.collect(Files(**known), tree, lambda _: None)) == sorted(names)


@pytest.mark.parametrize("name", ["../out.txt", "/abs.txt", "a/../../out.txt"])
def test_a_zip_file_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(unpack.UnpackError):
        unpack.unpack(packed({name: "x"}), tmp_path / "in")
    assert not (tmp_path / "out.txt").exists()


def linked(*links: tuple[str, str], **files: str) -> bytes:
    """A zip file with links and files"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, leads in links:
            link = zipfile.ZipInfo(name)
            link.create_system = 3
            link.external_attr = 0o120777 << 16
            archive.writestr(link, leads)
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


@pytest.mark.parametrize("leads", ["../..", "/etc/hosts", "nowhere/at/all", "b.txt"])
def test_a_link_of_a_source_may_lead_anywhere(tmp_path: Path, leads: str) -> None:
    unpack.unpack(linked(("link", leads), b="b"), tmp_path / "in")
    assert str((tmp_path / "in" / "link").readlink()) == leads
    assert (tmp_path / "in" / "b").read_text() == "b"


def test_no_link_is_made_inside_of_what_another_one_points_to(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(unpack.UnpackError):
        unpack.unpack(linked(("out", "../other"), ("out/link", "x")), tmp_path / "in")
    assert list((tmp_path / "other").iterdir()) == []


def test_files_come_before_links_of_the_same_path(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(unpack.UnpackError):
        unpack.unpack(linked(("out", "../other"), out__file="x"), tmp_path / "in")
    assert list((tmp_path / "other").iterdir()) == []


def test_a_source_with_a_link_out_of_itself_is_built(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="in.zip", Body=linked(("up", "../../up"), ("abs", "/usr")))
    spec = "{version: 0.2, phases: {build: {commands: ['test -L up && test -d abs']}}}"
    source = {"type": "S3", "location": f"{bucket}/in.zip", "buildspec": spec}
    project(source=source, artifacts={"type": "NO_ARTIFACTS"})
    assert run(codebuild)["buildStatus"] == "SUCCEEDED"


def test_what_is_no_zip_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(unpack.UnpackError, match="not a zip file"):
        unpack.unpack(b"hello", tmp_path / "in")


PIPELINE_SPEC = """
version: 0.2
env: {exported-variables: [TAG]}
phases:
  build:
    commands:
      - TAG=v1-$(cat version.txt)-$(cat $CODEBUILD_SRC_DIR_Extra/more.txt)-$WORD
      - printf '[{"name":"rails","imageUri":"x:%s"}]' $TAG > imagedefinitions.json
      - echo $CODEBUILD_INITIATOR $CODEBUILD_RESOLVED_SOURCE_VERSION $CODEBUILD_SOURCE_VERSION > told.txt
artifacts:
  files: imagedefinitions.json
  secondary-artifacts:
    Told: {files: [told.txt]}
    Images: {files: imagedefinitions.json}
"""


@pytest.fixture
def in_pipeline(
    project: Callable[..., None], server: Server, account: str, codebuild: Any
) -> Callable[..., tuple[dict[str, Any], dict[str, dict[str, str]], dict[str, str]]]:
    def start(outputs: list[str], files: dict[str, str]) -> Any:
        project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})
        service = server.world.service("codebuild", account, "eu-west-1")
        identity = service.start_for_pipeline(
            "shop",
            inputs={"Source": packed(files), "Extra": packed({"more.txt": "extra"})},
            primary="Source",
            outputs=outputs,
            environment=[{"name": "WORD", "value": "word"}],
            initiator="codepipeline/Shop",
            source_version="arn:aws:s3:::bucket/key",
            resolved_source_version="abc",
        )
        build = ended(codebuild, identity)
        found = {name: unpacked(data) for name, data in service.outputs_of(identity).items()}
        return build, found, service.exported_variables(identity)

    return start


def test_a_pipeline_hands_in_artifacts_and_gets_one_back(in_pipeline: Any) -> None:
    files = {"buildspec.yml": PIPELINE_SPEC, "version.txt": "7"}
    build, outputs, variables = in_pipeline(["BuildOutput"], files)
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["initiator"] == "codepipeline/Shop"
    assert variables == {"TAG": "v1-7-extra-word"}
    assert outputs == {
        "BuildOutput": {"imagedefinitions.json": '[{"name":"rails","imageUri":"x:v1-7-extra-word"}]'}
    }


def test_several_outputs_are_secondary_artifacts(in_pipeline: Any) -> None:
    files = {"buildspec.yml": PIPELINE_SPEC, "version.txt": "7"}
    _, outputs, _ = in_pipeline(["Told", "Images"], files)
    assert outputs["Told"] == {"told.txt": "codepipeline/Shop abc arn:aws:s3:::bucket/key\n"}
    assert list(outputs["Images"]) == ["imagedefinitions.json"]


def test_an_output_that_the_buildspec_does_not_define_fails(in_pipeline: Any) -> None:
    files = {"buildspec.yml": PIPELINE_SPEC, "version.txt": "7"}
    build, _, _ = in_pipeline(["Told", "Missing"], files)
    assert build["buildStatus"] == "FAILED"
    assert "no definition for secondary artifact Missing" in context(build, "UPLOAD_ARTIFACTS")["message"]


JUNIT = """<testsuite><testcase name="a" time="0.5"/><testcase name="b"><failure/></testcase></testsuite>"""


def test_reports_are_stored(codebuild: Any, project: Callable[..., None]) -> None:
    spec = f"""
version: 0.2
phases:
  build:
    commands:
      - printf '%s' '{JUNIT}' > junit.xml
reports:
  unit: {{files: [junit.xml]}}
"""
    project(source={"type": "NO_SOURCE", "buildspec": spec}, artifacts={"type": "NO_ARTIFACTS"})
    build = run(codebuild)
    (arn,) = build["reportArns"]
    report = codebuild.batch_get_reports(reportArns=[arn])["reports"][0]
    assert report["status"] == "FAILED"
    assert report["testSummary"]["total"] == 2
    assert report["testSummary"]["statusCounts"]["FAILED"] == 1
    (group,) = codebuild.list_report_groups()["reportGroups"]
    assert group.endswith(":report-group/shop-unit")
    assert codebuild.list_reports_for_report_group(reportGroupArn=group)["reports"] == [arn]


def test_commands_of_a_pipeline_run_without_a_project(server: Server, account: str, codebuild: Any) -> None:
    service = server.world.service("codebuild", account, "eu-west-1")
    identity = service.start_commands(
        "Shop",
        ["cat a.txt $CODEBUILD_SRC_DIR_Extra/more.txt > both.txt", "SAID=$WORD"],
        inputs={"Source": packed({"a.txt": "a"}), "Extra": packed({"more.txt": "b"})},
        outputs={"Both": ["both.txt"]},
        exported=["SAID"],
        environment=[{"name": "WORD", "value": "word"}],
        role=f"arn:aws:iam::{account}:role/pipeline",
    )
    build = ended(codebuild, identity)
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["logs"]["groupName"] == "/aws/codepipeline/Shop"
    assert unpacked(service.outputs_of(identity)["Both"]) == {"both.txt": "ab"}
    assert service.exported_variables(identity) == {"SAID": "word"}


EXPANDED = """
version: 0.2
phases:
  build:
    commands:
      - mkdir -p d b-1/deep b-2; touch b-1/deep/x b-2/y; export N=1 G=unit
      - echo "[]" | tee d/r-1.json d/r-$(date +%Y).json
artifacts:
  base-directory: $CODEBUILD_SRC_DIR/d
  files: [r-$N.json, 'r-$(date "+%Y").json']
  s3-prefix: pre-$N
  secondary-artifacts:
    all: {base-directory: 'b-*', files: ['**/*']}
reports:
  $G: {files: '*.json', base-directory: $CODEBUILD_SRC_DIR/d, file-format: CUCUMBERJSON}
"""


def keys(client: Callable[..., Any], bucket: str) -> list[str]:
    return [found["Key"] for found in client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_texts_of_artifacts_and_reports_are_expanded_by_the_shell(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    project(
        source={"type": "NO_SOURCE", "buildspec": EXPANDED},
        artifacts={"type": "S3", "location": bucket, "name": "nm", "namespaceType": "BUILD_ID"},
        secondaryArtifacts=[{"type": "S3", "location": bucket, "name": "all", "artifactIdentifier": "all"}],
    )
    build = run(codebuild)
    uuid = build["id"].partition(":")[2]
    year = time.strftime("%Y", time.gmtime())
    assert sorted(keys(client, bucket)) == sorted(
        [f"pre-1/{uuid}/nm/r-1.json", f"pre-1/{uuid}/nm/r-{year}.json", "all/deep/x", "all/y"]
    )
    assert [arn.split("/")[1].split(":")[0] for arn in build["reportArns"]] == ["shop-unit"]
    stored = client("s3").head_object(Bucket=bucket, Key="all/y")
    assert stored["Metadata"] == {"codebuild-buildarn": build["arn"]}


def test_artifacts_may_lie_anywhere_by_their_absolute_paths(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.json").write_text("{}")
    for files in ((str(outside / "x.json"),), (f"{outside}/*.json",)):
        found = artifacts.collect(Files(files), tree, lambda _: None)
        assert found == {str(outside / "x.json").lstrip("/"): outside / "x.json"}
    assert list(artifacts.collect(Files(("*",), str(outside)), tree, lambda _: None)) == ["x.json"]


def test_a_pattern_of_base_directories_takes_all_of_them(tree: Path) -> None:
    found = artifacts.collect(Files(("**/*",), "*r"), tree, lambda _: None)
    assert sorted(found) == ["c.txt", "deep/d.txt", "e.txt"]


def test_secondary_sources_have_their_folder_url_and_version_in_variables(
    codebuild: Any, project: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="in/one.zip", Body=packed({"a.txt": "one"}))
    client("s3").put_object(Bucket=bucket, Key="in/two.zip", Body=packed({"b.txt": "two"}))
    spec = """
version: 0.2
env: {exported-variables: [URL, URL2]}
phases: {build: {commands: ['URL=$CODEBUILD_SOURCE_REPO_URL URL2=$CODEBUILD_SOURCE_REPO_URL_two']}}
artifacts:
  secondary-artifacts:
    one: {base-directory: $CODEBUILD_SRC_DIR, files: ['*']}
    two: {base-directory: $CODEBUILD_SRC_DIR_two, files: ['*']}
"""
    project(
        source={"type": "S3", "location": f"{bucket}/in/one.zip", "buildspec": spec},
        secondarySources=[{"type": "S3", "location": f"{bucket}/in/two.zip", "sourceIdentifier": "two"}],
        artifacts={"type": "NO_ARTIFACTS"},
        secondaryArtifacts=[
            {"type": "S3", "location": bucket, "name": name, "artifactIdentifier": name}
            for name in ("one", "two")
        ],
    )
    build = run(codebuild)
    assert [entry["value"] for entry in build["exportedEnvironmentVariables"]] == [
        f"s3://{bucket}/in/one.zip",
        f"s3://{bucket}/in/two.zip",
    ]
    assert sorted(keys(client, bucket)) == ["in/one.zip", "in/two.zip", "one/a.txt", "two/b.txt"]
