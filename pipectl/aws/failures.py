"""What goes wrong with a call, as errors of ours: whose fault it is, and what helps."""

from typing import TYPE_CHECKING, Any

from pipectl.aws.account import partition
from pipectl.errors import AccessDenied, AwsError, NoAnswer, NotConnected
from pipectl.facts import denials, quotas, refusals

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
BAD_CREDENTIALS = frozenset({
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
    "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException",
    "InvalidToken", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
    "NotSignedUp", "SignatureDoesNotMatch", "TokenRefreshRequired", "UnrecognizedClientException",
    *refusals.CLOCK,
})  # fmt: skip
"""Codes with which AWS refuses a signature or its credentials (General reference, "Common errors")."""
NO_CREDENTIALS = frozenset({
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError",
    "SSOTokenLoadError", "UnauthorizedSSOTokenError", "SSOError", "LoginError", "LoginRefreshRequired",
    "LoginInsufficientPermissions", "LoginTokenLoadError", "LoginAuthorizationCodeError",
})  # fmt: skip
"""Errors of botocore that mean that there are no credentials (botocore/exceptions.py)."""
GETTING_CREDENTIALS = frozenset({
    "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "CreateOAuth2Token", "CreateToken",
    "GetRoleCredentials", "GetSessionToken",
})  # fmt: skip
"""Calls that botocore sends by itself, for the credentials of a profile (botocore/credentials.py)."""
EXISTS = frozenset({
    "BucketAlreadyOwnedByYou", "EntityAlreadyExists", "PipelineNameInUseException",
    "RepositoryAlreadyExistsException", "RepositoryNameExistsException", "ResourceAlreadyExistsException",
})  # fmt: skip
MEANWHILE = "somebody made it meanwhile; run it again, and it is compared like all that is there"
THROTTLED_HINT = (
    "run it again: it goes on from there; something else in the account may use up the quota, "
    "which Service Quotas shows and raises"
)
LOGIN_EXTRA = "pip install 'pipectl-aws[login]'"
CLOCK_HINT = "the clock of this machine is wrong: set it, and run it again"
UNUSABLE_HINT = "look at `--profile`, `--region`, `--endpoint-url` and ~/.aws/config"
UNREACHED_HINT = "check the network, the Region and the endpoint"


def login_hint(profile: str | None, error: str = "") -> str:
    """How to get credentials; `error` is the name of botocore's error, which knows the kind of profile."""
    named = f" --profile {profile}" if profile else ""
    if error == "MissingDependencyException":
        return f"`{LOGIN_EXTRA}` brings what profiles of `aws login` need"
    if error == "LoginInsufficientPermissions":
        return "allow `signin:CreateOAuth2Token` for this user, or use another `--profile`"
    if error.startswith("Login"):
        return f"`aws login{named}` signs in again"
    if "SSO" in error or error == "TokenRetrievalError":
        return f"`aws sso login{named}` signs in again"
    other = "" if profile else " or `--profile NAME`"
    return NotConnected.sign_in(f"`aws sso login{named}`{other}")


def refuse_throttled(attempts: int, response: Any, operation: Any, **_: Any) -> None:
    """Raise ClientError for what botocore would try again by itself, and must not.

    A throttle is the pace's to answer, for all calls of the quota; a quota that is full stays full.
    """
    from botocore.exceptions import ClientError

    if response is None:
        return
    http, parsed = response
    error = (parsed or {}).get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    if code in quotas.LIMITS or quotas.is_throttle(code, message, http.status_code):
        parsed.setdefault("ResponseMetadata", {})["RetryAttempts"] = attempts - 1
        raise ClientError(parsed, operation.name)


def is_throttle(error: "ClientError") -> bool:
    """Whether AWS refused a call for its quota."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return quotas.is_throttle(*_said(error), int(status))


def retries(error: "ClientError") -> int:
    """How often a call was sent again before this answer."""
    return int(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def wire_code(response: Any) -> str:
    """The error code of a response, else its HTTP status."""
    http, parsed = response
    return str((parsed or {}).get("Error", {}).get("Code") or http.status_code)


def has_been_made(operation: str, error: "ClientError") -> bool:
    """Whether a creation that was sent again meets what it has made: its first answer was lost.

    What follows a creation must not wait for the next run: the holds of a pipeline, which starts at once.
    """
    return operation.startswith("create_") and retries(error) > 0 and _said(error)[0] in EXISTS


def aws_error(
    client: Any, operation: str, error: "ClientError", profile: str | None
) -> AwsError | NotConnected:
    """The error of a call that AWS answered with one."""
    service = str(client.meta.service_model.service_name)
    code, said = _said(error)
    if error.operation_name in GETTING_CREDENTIALS - {client.meta.method_to_api_mapping.get(operation)}:
        return no_session(error, profile)
    if code in BAD_CREDENTIALS:
        return _not_accepted(code, said, client.meta.region_name, profile)
    if retries(error):
        said += f" (sent {retries(error) + 1} times)"
    denied = code in DENIED or code.startswith("AccessDenied")
    kind = AccessDenied if denied else AwsError
    return kind(service, operation, code, said, hint=_hint(service, error, denied=denied))


def _said(error: "ClientError") -> tuple[str, str]:
    said = error.response.get("Error", {})
    return str(said.get("Code", "Unknown")), str(said.get("Message", ""))


def _hint(service: str, error: "ClientError", *, denied: bool) -> str | None:
    code, said = _said(error)
    if is_throttle(error):
        return THROTTLED_HINT
    if code in EXISTS:
        return MEANWHILE
    return refusals.way_out(service, code, said) or (denials.way_out(said) if denied else None)


def no_session(error: "ClientError", profile: str | None) -> NotConnected:
    """The profile's credentials are got by a call, and that was refused."""
    code, said = _said(error)
    message = f"no usable AWS credentials: {error.operation_name} was refused ({code}: {said})"
    if "MultiFactorAuthentication" in said or "MFA" in said:
        return NotConnected(message, hint="enter the code that the device shows now; each one is good once")
    hint = denials.way_out(said) or login_hint(profile)
    if error.operation_name == "AssumeRole" and code in DENIED and denials.way_out(said) is None:
        hint = "the role must trust these credentials, and they need `sts:AssumeRole` on it"
    return NotConnected(message, hint=hint)


def _not_accepted(code: str, said: str, region: str, profile: str | None) -> NotConnected:
    if refusals.is_clock(code, said):
        return NotConnected(f"AWS does not accept the time of the request ({code}: {said})", hint=CLOCK_HINT)
    hint = login_hint(profile)
    # In a Region that is not enabled AWS knows no credentials at all (IAM user guide, "Managing AWS STS in
    # an AWS Region").
    enabled = region in refusals.ALWAYS_ENABLED or partition(region) != "aws"
    if not enabled and "Expired" not in code:
        hint += f"; if they work elsewhere: `aws account enable-region --region-name {region}`"
    return NotConnected(f"AWS does not accept the credentials ({code}: {said})", hint=hint)


def not_connected(
    service: str, operation: str, error: Exception, profile: str | None
) -> NotConnected | AwsError:
    """The error of a call that was not answered, or not even sent."""
    from botocore.exceptions import ConnectionError as Unreachable
    from botocore.exceptions import HTTPClientError

    name = type(error).__name__
    if name in NO_CREDENTIALS:
        return unusable(error, profile)
    if name in ("ParamValidationError", "UnknownParameterError"):
        return AwsError(service, operation, name, str(error).removeprefix("Parameter validation failed:\n"))
    if isinstance(error, Unreachable | HTTPClientError):
        return NoAnswer(f"{service} {operation} got no answer: {error}", hint=UNREACHED_HINT)
    return unusable(error, profile)


def unusable(error: Exception, profile: str | None) -> NotConnected:
    """What boto3 says of a configuration that it cannot work with."""
    name = type(error).__name__
    if name == "MissingDependencyException" and "login" in str(error):
        message = "no usable AWS credentials: the profile signs in by `aws login`, which needs botocore[crt]"
        return NotConnected(message, hint=login_hint(profile, name))
    if name in NO_CREDENTIALS:
        return NotConnected(f"no usable AWS credentials: {error}", hint=login_hint(profile, name))
    return NotConnected(f"{error}", hint=UNUSABLE_HINT)
