"""What CodeBuild calls in the name of a project's role: around the commands of a build, not in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipectl.facts.calls.build import network_calls
from pipectl.facts.calls.call import Call, calls, key_calls, of
from pipectl.facts.calls.images import pull_calls
from pipectl.facts.calls.secrets import parameter_calls, secret_calls
from pipectl.facts.calls.source import connection_calls
from pipectl.facts.place import Place

GUIDE = "CodeBuild user guide, "
SERVICES = f"{GUIDE}Allow CodeBuild to interact with other AWS services"

BUILDSPEC = f"{GUIDE}Build specification reference"

Project = Mapping[str, Any]


def build_calls(
    project: Project, place: Place, buildspec: Mapping[str, Any] | None = None
) -> tuple[Call, ...]:
    """The calls of a project's builds; `project` as CreateProject takes it, `buildspec` if it is seen."""
    environment = project.get("environment") or {}
    env = (buildspec or {}).get("env")
    return (
        *_logs(project, place),
        *_stores(project, place),
        *_sources(project, place),
        *_image(environment, place),
        *_values(environment, env if isinstance(env, Mapping) else {}, place),
        *_reports(project, place),
        *_network(project, place),
        *_session(buildspec or {}),
        *(key_calls(project["encryptionKey"], place) if project.get("encryptionKey") else ()),
    )


def _logs(project: Project, place: Place) -> Iterator[Call]:
    logs = project.get("logsConfig") or {}
    watch = logs.get("cloudWatchLogs") or {}
    if watch.get("status", "ENABLED") == "ENABLED":
        group = watch.get("groupName") or f"/aws/codebuild/{project.get('name', '*')}"
        streams = [place.arn("logs", f"log-group:{group}:*")]
        yield from calls("WriteLogs", of("logs", "CreateLogStream", "PutLogEvents"), streams, SERVICES)
    store = logs.get("s3Logs") or {}
    if store.get("status") == "ENABLED":
        yield from _store("StoreLogs", store.get("location"), place, ("PutObject",))


def _store(statement: str, location: str | None, place: Place, objects: Sequence[str]) -> Iterator[Call]:
    """A bucket, and what lies below a key in it; `location` is `bucket/key` or an ARN of such."""
    if not location:
        return
    bucket, _, key = location.rpartition(":")[2].strip("/").partition("/")
    name = place.arn("s3", bucket)
    looks = of("s3", "GetBucketAcl", "GetBucketLocation", *(["ListBucket"] if "GetObject" in objects else []))
    yield from calls(f"{statement}In", looks, [name], SERVICES, required=False)
    yield from calls(statement, of("s3", *objects), [f"{name}/{key + '/*' if key else '*'}"], SERVICES)


def _stores(project: Project, place: Place) -> Iterator[Call]:
    cache = project.get("cache") or {}
    if cache.get("type") == "S3":
        yield from _store(
            "KeepCache", cache.get("location"), place, ("GetObject", "GetObjectVersion", "PutObject")
        )
    artifacts = [project.get("artifacts") or {}, *(project.get("secondaryArtifacts") or ())]
    for artifact in artifacts:
        if artifact.get("type") == "S3":
            yield from _store(
                "StoreArtifacts", artifact.get("location"), place, ("PutObject", "PutObjectAcl")
            )


def _sources(project: Project, place: Place) -> Iterator[Call]:
    for source in [project.get("source") or {}, *(project.get("secondarySources") or ())]:
        yield from _source(source, place)
    buildspec = str((project.get("source") or {}).get("buildspec") or "")
    if buildspec.startswith("arn:") and ":s3:" in buildspec:
        yield from calls("ReadBuildspec", of("s3", "GetObject", "GetObjectVersion"), [buildspec], SERVICES)


def _source(source: Mapping[str, Any], place: Place) -> Iterator[Call]:
    kind, location = source.get("type"), str(source.get("location") or "")
    auth = source.get("auth") or {}
    if kind == "CODECOMMIT" and location:
        yield from clone_calls(location.rstrip("/").rpartition("/")[2], place)
    elif kind == "S3" and location:
        bucket, _, key = location.rpartition(":")[2].partition("/")
        name = place.arn("s3", bucket)
        yield from calls(
            "FindBuildSource", of("s3", "GetBucketLocation", "ListBucket"), [name], SERVICES, required=False
        )
        yield from calls(
            "ReadBuildSource", of("s3", "GetObject", "GetObjectVersion"), [f"{name}/{key}*"], SERVICES
        )
    if auth.get("type") == "CODECONNECTIONS":
        yield from use_connection_calls(auth.get("resource") or "*", place)
    elif auth.get("type") == "SECRETS_MANAGER":
        yield from secret_calls([auth.get("resource") or "*"], place, f"{GUIDE}Access your source provider")


def clone_calls(repository: str, place: Place) -> Iterator[Call]:
    """A build whose input is a clone of a CodeCommit repository (`CODEBUILD_CLONE_REF`)."""
    source = "CodePipeline user guide, Troubleshooting, codebuild-role-codecommitclone"
    yield from calls("CloneSource", ["codecommit:GitPull"], [place.arn("codecommit", repository)], source)


def use_connection_calls(connection: str, place: Place) -> Iterator[Call]:
    """A build whose input is a clone through a connection, or that reads its own source through one."""
    named = connection if connection != "*" else place.arn("codeconnections", "connection/*")
    yield from connection_calls(named, "CodePipeline user guide, Troubleshooting, codebuild-role-connections")
    own = of(named.split(":")[2], "GetConnection", "GetConnectionToken")
    yield from calls("UseConnectionToken", own, [named], f"{GUIDE}GitHub App connections", required=False)


def _image(environment: Mapping[str, Any], place: Place) -> Iterator[Call]:
    if environment.get("imagePullCredentialsType") == "SERVICE_ROLE":
        yield from pull_calls(
            [str(environment.get("image", ""))], place, f"{GUIDE}Amazon ECR sample for CodeBuild"
        )
    if credential := (environment.get("registryCredential") or {}).get("credential"):
        yield from secret_calls(
            [credential], place, f"{GUIDE}Private registry with AWS Secrets Manager sample"
        )


def _values(environment: Mapping[str, Any], env: Mapping[str, Any], place: Place) -> Iterator[Call]:
    yield from variable_calls(environment.get("environmentVariables") or (), place)
    yield from parameter_calls(_texts(env, "parameter-store"), place, BUILDSPEC)
    yield from secret_calls(_texts(env, "secrets-manager"), place, BUILDSPEC)


def variable_calls(variables: Iterable[Mapping[str, Any]], place: Place) -> tuple[Call, ...]:
    """Reading the variables of a project or an action whose values are kept elsewhere."""
    kept = {
        kind: [str(each.get("value") or "*") for each in variables if each.get("type") == kind]
        for kind in ("PARAMETER_STORE", "SECRETS_MANAGER")
    }
    return (
        *parameter_calls(kept["PARAMETER_STORE"], place, BUILDSPEC),
        *secret_calls(kept["SECRETS_MANAGER"], place, BUILDSPEC),
    )


def _texts(env: Mapping[str, Any], key: str) -> list[str]:
    found = env.get(key)
    values: Iterable[Any] = found.values() if isinstance(found, Mapping) else ()
    return [text for text in values if isinstance(text, str) and text]


REPORTS = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases", "BatchPutCodeCoverages")


def _reports(project: Project, place: Place) -> Iterator[Call]:
    """Test reports, which builds discover by themselves; their groups begin with the project's name."""
    groups = [place.arn("codebuild", f"report-group/{project.get('name', '*')}-*")]
    yield from calls(
        "WriteReports", of("codebuild", *REPORTS), groups, f"{GUIDE}Test report permissions", required=False
    )


def _network(project: Project, place: Place) -> Iterator[Call]:
    vpc = project.get("vpcConfig") or {}
    if vpc.get("vpcId"):
        yield from network_calls(
            list(vpc.get("subnets") or ()), place, f"{GUIDE}Use CodeBuild with Amazon VPC"
        )
    for system in project.get("fileSystemLocations") or ():
        named = str(system.get("location") or "").partition(".")[0]
        if named.startswith("fs-"):
            mounts = of("elasticfilesystem", "ClientMount", "ClientWrite")
            arns = [place.arn("elasticfilesystem", f"file-system/{named}")]
            iam = "iam" in str(system.get("mountOptions") or "").split(",")
            yield from calls(
                "MountFileSystems", mounts, arns, f"{GUIDE}Amazon Elastic File System sample", required=iam
            )


def batch_calls(project: str, place: Place) -> Iterator[Call]:
    """What CodeBuild calls in the name of the role of a project's batches."""
    actions = of("codebuild", "RetryBuild", "StartBuild", "StopBuild")
    arns = [place.arn("codebuild", f"project/{project}")]
    yield from calls("RunBatch", actions, arns, f"{GUIDE}Run builds in batches, Security role")


BREAKPOINT = "codebuild-breakpoint"


def _session(buildspec: Mapping[str, Any]) -> Iterator[Call]:
    """A build that stops at a breakpoint opens a session; a session's channels support no resources."""
    if BREAKPOINT in str(buildspec.get("phases") or ""):
        source = f"{GUIDE}Debug builds with Session Manager"
        yield from calls("OpenSessions", SESSION, ["*"], source, required=False)


SESSION = of(
    "ssmmessages", "CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"
)
"""The channels of a session; these actions support no resources (Service Authorization Reference)."""
