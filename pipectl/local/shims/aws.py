"""`aws` for builds on a machine without the AWS CLI: what buildspecs use, through boto3.

Operations of all services work in the CLI's own form (`aws ecs update-service --cluster c`): options are
read by the service model. Of the CLI's own commands there are those of `s3`, `configure get` and `set`,
`wait`, ECR's login, `cloudformation deploy` and `package`, and `eks update-kubeconfig`.
"""

from __future__ import annotations

import base64
import os
import sys
from typing import Any

import boto3
import botocore.session
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from pipectl.local.shims import aws_cloudformation, aws_configure, aws_eks, aws_options, aws_output, aws_s3
from pipectl.local.shims.aws_errors import AwsUsageError, Failed

_VERSION = "aws-cli/2.0.0 (local AWS)"
_SERVICES = {"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}
_FAILED = 254  # the CLI's own exit status for a refused call
_USAGE = 252
_WAITED = 255
_TRANSFER = 1  # of `aws s3`


def main(words: list[str]) -> int:
    """Answer one command line"""
    options = aws_options.split(words)
    try:
        _answer(options)
    except AwsUsageError as error:
        sys.stderr.write(f"\naws: [ERROR]: {error}\n")
        return _USAGE
    except (ClientError, BotoCoreError) as error:
        sys.stderr.write(f"\n{error}\n")
        return _TRANSFER if words[:1] == ["s3"] else _FAILED
    except Failed as error:
        sys.stderr.write(f"{error}\n" if str(error) else "")
        return error.status
    return 0


def _answer(options: aws_options.CommandLine) -> None:
    if options.flag("version"):
        sys.stdout.write(f"{_VERSION}\n")
        return
    aws_output.check(_kind(options))
    match options.words:
        case ["ecr", "get-login-password"]:
            sys.stdout.write(f"{_password(options)}\n")
        case ["ecr-public", "get-login-password"]:
            answer = _client("ecr-public", options).get_authorization_token()
            sys.stdout.write(f"{_decoded(answer['authorizationData'])}\n")
        case ["ecr", "get-login"]:
            _get_login(options)
        case _ if _own(options):
            pass
        case [service, "wait", name]:
            _wait(service, name, options)
        case [service, operation]:
            _show(_call(service, operation, options), options)
        case _:
            raise AwsUsageError("the aws of the local AWS takes a service and an operation")


def _own(options: aws_options.CommandLine) -> bool:
    """Carry out a command that is the CLI's own, no operation; False for what is none"""
    match options.words:
        case ["cloudformation", ("deploy" | "package") as command]:
            aws_cloudformation.run(lambda name: _client(name, options), command, options)
        case ["eks", "update-kubeconfig"]:
            aws_eks.update_kubeconfig(_client("eks", options), options)
        case ["configure", *_]:
            aws_configure.run(options)
        case ["s3", command, *_]:
            aws_s3.run(_client("s3", options), command, options)
        case _:
            return False
    return True


def _call(service: str, operation: str, options: aws_options.CommandLine) -> dict[str, Any]:
    name = _SERVICES.get(service, service)
    if name not in botocore.session.get_session().get_available_services():
        raise AwsUsageError(f"the aws of the local AWS does not know the service {service}")
    client = _client(name, options)
    method = operation.replace("-", "_")
    model = client.meta.service_model
    wire = {xform_name(known): known for known in model.operation_names}.get(method)
    if wire is None:
        raise AwsUsageError(f"the aws of the local AWS does not know `aws {service} {operation}`")
    shape = model.operation_model(wire).input_shape
    answer: dict[str, Any] = getattr(client, method)(**aws_options.parameters(options, shape))
    answer.pop("ResponseMetadata", None)
    return answer


def _client(service: str, options: aws_options.CommandLine) -> Any:
    session: Any = boto3.Session(region_name=options.value("region"), profile_name=options.value("profile"))
    return session.client(service)


def _password(options: aws_options.CommandLine) -> str:
    return _decoded(_client("ecr", options).get_authorization_token()["authorizationData"][0])


def _decoded(data: dict[str, Any]) -> str:
    """The password after the user's name"""
    return base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]


def _get_login(options: aws_options.CommandLine) -> None:
    """The command of version 1 of the CLI, which prints a docker command"""
    endpoint = _client("ecr", options).get_authorization_token()["authorizationData"][0]["proxyEndpoint"]
    email = "" if options.flag("no-include-email") else " -e none"
    sys.stdout.write(f"docker login -u AWS -p {_password(options)}{email} {endpoint}\n")


def _show(answer: dict[str, Any], options: aws_options.CommandLine) -> None:
    """As JSON or text, restricted by --query (JMESPath)"""
    shown: Any = answer
    query = options.value("query")
    if query:
        import jmespath  # type: ignore[import-untyped]

        shown = jmespath.search(query, answer)
    if shown in (None, {}, []) and not query:
        return
    aws_output.show(shown, _kind(options))


def _kind(options: aws_options.CommandLine) -> str:
    return options.value("output") or os.environ.get("AWS_DEFAULT_OUTPUT") or "json"


def _wait(service: str, name: str, options: aws_options.CommandLine) -> None:
    """By the waiters of the service model; a failed one is status 255"""
    client = _client(_SERVICES.get(service, service), options)
    method = name.replace("-", "_")
    if method not in client.waiter_names:
        raise AwsUsageError(f"the aws of the local AWS does not know `aws {service} wait {name}`")
    waiter = client.get_waiter(method)
    shape = client.meta.service_model.operation_model(waiter.config.operation).input_shape
    try:
        waiter.wait(**aws_options.parameters(options, shape))
    except WaiterError as error:
        raise Failed(f"\n{error}", _WAITED) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
