"""`aws eks update-kubeconfig` (AWS CLI reference): a cluster, a context and a user in the kubeconfig file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipectl.local.shims.aws_errors import AwsUsageError, Failed

if TYPE_CHECKING:
    from pipectl.local.shims.aws_options import CommandLine

_KNOWN = ("name", "kubeconfig", "alias", "user-alias", "role-arn", "dry-run", "verbose")
_FAILED = 255


def update_kubeconfig(client: Any, options: CommandLine) -> None:
    """Write the cluster into the kubeconfig file; no Kubernetes answers behind it in the local AWS"""
    for option in options.unknown([option for option in options.options if option not in _KNOWN]):
        raise AwsUsageError(f"the aws of the local AWS does not know `aws eks update-kubeconfig --{option}`")
    name = options.value("name")
    if not name:
        raise AwsUsageError("the following arguments are required: --name")
    cluster = client.describe_cluster(name=name)["cluster"]
    if cluster["status"] not in ("ACTIVE", "UPDATING"):
        raise Failed(f"\nCluster status is {cluster['status']}", _FAILED)
    arn = cluster["arn"]
    user, context = options.value("user-alias") or arn, options.value("alias") or arn
    path = Path(options.value("kubeconfig") or _stated())
    document = _read(path)
    authority = {"certificate-authority-data": cluster["certificateAuthority"]["data"]}
    _put(document, "clusters", arn, {"cluster": authority | {"server": cluster["endpoint"]}})
    _put(document, "contexts", context, {"context": {"cluster": arn, "user": user}})
    _put(document, "users", user, {"user": {"exec": _token(client, cluster, options)}})
    document["current-context"] = context
    text = yaml.safe_dump(document, sort_keys=False)
    if options.flag("dry-run"):
        sys.stdout.write(text)
        return
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(
        f"{'Added new' if is_new else 'Updated'} context {context} {'to' if is_new else 'in'} {path}\n"
    )


def _stated() -> str:
    """The first file of KUBECONFIG, else ~/.kube/config"""
    first = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    return first or str(Path.home() / ".kube" / "config")


def _read(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    blank = {
        "apiVersion": "v1",
        "clusters": [],
        "contexts": [],
        "kind": "Config",
        "preferences": {},
        "users": [],
    }
    return blank | (document or {})


def _put(document: dict[str, Any], kind: str, name: str, block: dict[str, Any]) -> None:
    """One entry of a name"""
    others = [entry for entry in document[kind] or [] if entry.get("name") != name]
    document[kind] = [*others, {**block, "name": name}]


def _token(client: Any, cluster: dict[str, Any], options: CommandLine) -> dict[str, Any]:
    role = options.value("role-arn")
    words = ["--region", client.meta.region_name, "eks", "get-token", "--cluster-name", cluster["name"]]
    words += ["--output", "json", *(["--role", role] if role else [])]
    return {"apiVersion": "client.authentication.k8s.io/v1beta1", "args": words, "command": "aws"}
