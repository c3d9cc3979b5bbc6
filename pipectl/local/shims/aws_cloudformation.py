"""`aws cloudformation deploy` and `package` (AWS CLI reference): a change set; files that go to S3."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from botocore.exceptions import ClientError, WaiterError

from pipectl.local.shims.aws_errors import AwsUsageError, Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.shims.aws_options import CommandLine

_FAILED = 255
_DEPLOY = (
    "template-file", "stack-name", "parameter-overrides", "capabilities", "tags", "role-arn",
    "notification-arns", "s3-bucket", "s3-prefix", "force-upload", "execute-changeset",
    "no-execute-changeset", "fail-on-empty-changeset", "no-fail-on-empty-changeset", "disable-rollback",
    "no-disable-rollback", "kms-key-id",
)  # fmt: skip
_PACKAGE = ("template-file", "s3-bucket", "s3-prefix", "output-template-file", "force-upload", "kms-key-id")
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_URI, _PARTS, _PLACE, _URL = range(4)
_ARTIFACTS: dict[tuple[str, str], int] = {
    ("AWS::Lambda::Function", "Code"): _PARTS,
    ("AWS::Lambda::LayerVersion", "Content"): _PARTS,
    ("AWS::Serverless::Function", "CodeUri"): _URI,
    ("AWS::Serverless::LayerVersion", "ContentUri"): _URI,
    ("AWS::Serverless::Api", "DefinitionUri"): _URI,
    ("AWS::Serverless::HttpApi", "DefinitionUri"): _URI,
    ("AWS::Serverless::StateMachine", "DefinitionUri"): _URI,
    ("AWS::AppSync::GraphQLSchema", "DefinitionS3Location"): _URI,
    ("AWS::ElasticBeanstalk::ApplicationVersion", "SourceBundle"): _PARTS,
    ("AWS::ApiGateway::RestApi", "BodyS3Location"): _PLACE,
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location"): _PLACE,
    ("AWS::CloudFormation::Stack", "TemplateURL"): _URL,
    ("AWS::Serverless::Application", "Location"): _URL,
}
"""Properties that name local files, and the form of the place in S3 (AWS CLI reference, "package")."""
_ZIPPED = ("Code", "Content", "CodeUri", "ContentUri", "SourceBundle")


def run(client: Callable[[str], Any], command: str, options: CommandLine) -> None:
    """Carry out `deploy` or `package`"""
    known = _DEPLOY if command == "deploy" else _PACKAGE
    for name in options.unknown([name for name in options.options if name not in known]):
        raise AwsUsageError(f"the aws of the local AWS does not know `aws cloudformation {command} --{name}`")
    for name in ("template-file", "stack-name" if command == "deploy" else "s3-bucket"):
        if not options.value(name):
            raise AwsUsageError(f"the following arguments are required: --{name}")
    (_deploy if command == "deploy" else _package)(client, options)


def _template(options: CommandLine) -> Path:
    path = Path(str(options.value("template-file")))
    if not path.is_file():
        raise Failed(f"\nInvalid template path {path}", _FAILED)
    return path


def _deploy(client: Callable[[str], Any], options: CommandLine) -> None:
    """Create a change set and execute it, as the CLI does; with its words"""
    cloud, name = client("cloudformation"), str(options.value("stack-name"))
    before = _stack(cloud, name)
    text = _template(options).read_text(encoding="utf-8")
    stated: dict[str, Any] = {
        "StackName": name,
        "ChangeSetName": f"awscli-cloudformation-package-deploy-{int(datetime.now(UTC).timestamp())}",
        "ChangeSetType": "UPDATE" if before else "CREATE",
        "TemplateBody": text,
        "Parameters": _parameters(cloud, text, options, before),
        "Capabilities": options.options.get("capabilities", []),
        "Tags": [{"Key": key, "Value": value} for key, value in _pairs(options, "tags").items()],
    }
    if options.value("role-arn"):
        stated["RoleARN"] = options.value("role-arn")
    sys.stdout.write("\nWaiting for changeset to be created..\n")
    shown = _change_set(cloud, stated)
    change = shown.get("ChangeSetId")
    if _is_empty(shown):
        if options.flag("fail-on-empty-changeset"):
            raise Failed(f"\nNo changes to deploy. Stack {name} is up to date", _FAILED)
        sys.stdout.write(f"\nNo changes to deploy. Stack {name} is up to date\n")
        return
    if shown["Status"] == "FAILED":
        reason = shown.get("StatusReason", "")
        raise Failed(f"\nFailed to create the changeset: Status: FAILED. Reason: {reason}", _FAILED)
    if options.flag("no-execute-changeset"):
        sys.stdout.write(f"Changeset created successfully. Run the following command to review changes:\naws"
                         f" cloudformation describe-change-set --change-set-name {change}\n")  # fmt: skip
        return
    sys.stdout.write("Waiting for stack create/update to complete\n")
    cloud.execute_change_set(ChangeSetName=change, StackName=name)
    waiter = cloud.get_waiter("stack_update_complete" if before else "stack_create_complete")
    try:
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1})
    except WaiterError:
        raise Failed(
            "\nFailed to create/update the stack. Run the following command\nto fetch the list of events"
            f" leading up to the failure\naws cloudformation describe-stack-events --stack-name {name}",
            _FAILED,
        ) from None
    sys.stdout.write(f"Successfully created/updated stack - {name}\n")


def _stack(cloud: Any, name: str) -> dict[str, Any] | None:
    """A stack that exists; one that only has a change set to review does not yet"""
    try:
        found: dict[str, Any] = cloud.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return None
    return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found


def _change_set(cloud: Any, stated: dict[str, Any]) -> dict[str, Any]:
    """A new change set as described; the local AWS refuses one without changes, on AWS it is FAILED"""
    try:
        identity = cloud.create_change_set(**stated)["Id"]
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        if not any(words in reason for words in _NO_CHANGES):
            raise
        return {"Status": "FAILED", "StatusReason": reason}
    described: dict[str, Any] = cloud.describe_change_set(
        ChangeSetName=identity, StackName=stated["StackName"]
    )
    return described


def _is_empty(shown: dict[str, Any]) -> bool:
    reason = shown.get("StatusReason", "")
    return shown["Status"] == "FAILED" and any(words in reason for words in _NO_CHANGES)


def _parameters(
    cloud: Any, text: str, options: CommandLine, before: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """What is stated; of an existing stack the others keep their values"""
    stated = _pairs(options, "parameter-overrides")
    kept = {entry["ParameterKey"] for entry in (before or {}).get("Parameters", [])}
    known = [
        entry["ParameterKey"] for entry in cloud.get_template_summary(TemplateBody=text).get("Parameters", [])
    ]
    return [
        {"ParameterKey": key, "ParameterValue": stated[key]}
        if key in stated
        else {"ParameterKey": key, "UsePreviousValue": True}
        for key in known
        if key in stated or key in kept
    ]


def _pairs(options: CommandLine, name: str) -> dict[str, str]:
    """KEY=VALUE words, or JSON: a list of both forms, or of objects; `file://` reads a file"""
    words = options.options.get(name, [])
    if words[:1] and words[0].startswith("file://"):
        words = [Path(words[0].removeprefix("file://")).read_text(encoding="utf-8")]
    if words[:1] and words[0].lstrip().startswith(("[", "{")):
        loaded = json.loads(words[0])
        if isinstance(loaded, dict):
            return {str(key): str(value) for key, value in loaded.get("Parameters", loaded).items()}
        if all(isinstance(entry, dict) for entry in loaded):
            return {entry["ParameterKey"]: str(entry["ParameterValue"]) for entry in loaded}
        words = [str(entry) for entry in loaded]
    for word in words:
        if "=" not in word:
            raise AwsUsageError(f"{word} value passed to --{name} must be of format Key=Value")
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def _package(client: Callable[[str], Any], options: CommandLine) -> None:
    """Upload what the template names and print, or write, the template with the places in S3"""
    text = _packaged(client("s3"), _template(options), options)
    target = options.value("output-template-file")
    if target is None:
        sys.stdout.write(text)
        return
    Path(target).write_text(text, encoding="utf-8")
    sys.stdout.write(
        "\nSuccessfully packaged artifacts and wrote output template to file"
        f" {target}.\nExecute the following command to deploy the packaged template\naws cloudformation"
        f" deploy --template-file {Path(target).resolve()} --stack-name <YOUR STACK NAME>\n"
    )


def _packaged(s3: Any, path: Path, options: CommandLine) -> str:
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    for kind, name, pair in _properties(root):
        form = _ARTIFACTS.get((kind, name))
        local = pair[1].value if isinstance(pair[1], yaml.ScalarNode) else None
        if form is None or (local and "://" in local) or not isinstance(pair[1], yaml.ScalarNode):
            continue
        pair[1] = _place(form, *_uploaded(s3, path.parent / str(local), name, options), s3)
    return str(yaml.serialize(root, Dumper=yaml.SafeDumper))


def _properties(root: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """The properties of all resources: kind, name, and the pair, whose value may be replaced"""
    for resource in _mapping(_mapping(root).get("Resources")).values():
        members = _mapping(resource)
        kind = members.get("Type")
        properties = members.get("Properties")
        if isinstance(kind, yaml.ScalarNode) and isinstance(properties, yaml.MappingNode):
            pairs = [list(pair) for pair in properties.value]
            for pair in pairs:
                yield str(kind.value), str(pair[0].value), pair
            properties.value = [tuple(pair) for pair in pairs]


def _mapping(node: Any) -> dict[str, Any]:
    return {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _uploaded(s3: Any, path: Path, name: str, options: CommandLine) -> tuple[str, str]:
    """Bucket and key: named by the hash of the content, uploaded once"""
    if not path.exists():
        raise Failed(
            f"\nUnable to upload artifact {path} referenced by {name} parameter: it does not exist", _FAILED
        )
    suffix = ""
    if name in ("TemplateURL", "Location"):
        data, suffix = _packaged(s3, path, options).encode(), ".template"
    elif path.is_dir() or (name in _ZIPPED and not zipfile.is_zipfile(path)):
        data = _zipped(path)
    else:
        data = path.read_bytes()
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    prefix = options.value("s3-prefix")
    key = f"{prefix.rstrip('/')}/{digest}{suffix}" if prefix else f"{digest}{suffix}"
    bucket = str(options.value("s3-bucket"))
    s3.put_object(Bucket=bucket, Key=key, Body=data)
    return bucket, key


def _zipped(path: Path) -> bytes:
    """A folder, or a single file, with times that are always the same: the hash is the content's"""
    target = io.BytesIO()
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            name = file.name if file == path else file.relative_to(path).as_posix()
            member = zipfile.ZipInfo(name)
            member.external_attr = file.stat().st_mode << 16
            archive.writestr(member, file.read_bytes())
    return target.getvalue()


def _place(form: int, bucket: str, key: str, s3: Any) -> Any:
    """Where a property finds its file now, as a node of the template"""
    values: dict[int, Any] = {
        _URI: f"s3://{bucket}/{key}",
        _PARTS: {"S3Bucket": bucket, "S3Key": key},
        _PLACE: {"Bucket": bucket, "Key": key},
        _URL: f"https://s3.{s3.meta.region_name}.amazonaws.com/{bucket}/{key}",
    }
    return yaml.compose(json.dumps(values[form]), Loader=yaml.SafeLoader)
