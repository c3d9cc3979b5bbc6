"""What of CodePipeline runs here; `python -m` this module makes docs/local-codepipeline.md."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from botocore import xform_name

from pipectl.local.model import service_model

from . import SERVICE, actions, rule_providers
from .providers import PROVIDERS
from .rules import RULE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

# Operations that only remember: no Git host is told of a webhook here.
STORED_ONLY = {
    "RegisterWebhookWithThirdParty": "checks that the webhook is there; tells nobody",
    "DeregisterWebhookWithThirdParty": "checks that the webhook is there; tells nobody",
}

REMARKS = {
    "PutWebhook": "its URL leads to the local AWS: post there what GitHub would, with its signature",
}

# Operations that say no to everything that AWS would not refuse by itself.
_NO_THIRD_PARTY = "no third-party action runs here, so there is never such a job (`JobNotFoundException`)"
REFUSED = {
    "AcknowledgeThirdPartyJob": _NO_THIRD_PARTY,
    "GetThirdPartyJobDetails": _NO_THIRD_PARTY,
    "PutThirdPartyJobFailureResult": _NO_THIRD_PARTY,
    "PutThirdPartyJobSuccessResult": _NO_THIRD_PARTY,
    "UpdateActionType": "the action types of AWS are not yours (`RequestFailedException`)",
}


def answered(operation: str) -> bool:
    """Whether the service has a method for an operation."""
    return hasattr(SERVICE, xform_name(operation))


def page() -> str:
    """The page of the documentation, in Markdown."""
    return "\n".join([*_operations(), "", *_actions(), "", *_rules(), ""])


def _operations() -> Iterator[str]:
    model = service_model("codepipeline")
    names = sorted(model.operation_names) if model else []
    yield "# CodePipeline in the local AWS"
    yield ""
    yield "Made by `python -m pipectl.local.codepipeline.coverage`; a test fails when it is stale."
    yield ""
    yield "| operation | here | remark |"
    yield "|---|---|---|"
    for name in names:
        if name in STORED_ONLY:
            yield f"| {name} | stored only | {STORED_ONLY[name]} |"
        elif name in REFUSED:
            yield f"| {name} | refused | {REFUSED[name]} |"
        else:
            yield f"| {name} | {'real' if answered(name) else 'missing'} |{_remark(name)} |"


def _remark(operation: str) -> str:
    return f" {REMARKS[operation]}" if operation in REMARKS else ""


def _actions() -> Iterator[str]:
    yield "## Actions"
    yield ""
    yield "| category | provider | here |"
    yield "|---|---|---|"
    for provider in PROVIDERS:
        runs = (provider.category, provider.name) in actions.PROVIDERS and provider.owner == "AWS"
        yield f"| {provider.category} | {provider.name} | {'runs' if runs else 'fails when it runs'} |"
    yield "| any | custom action types | run by your job workers |"


def _rules() -> Iterator[str]:
    yield "## Rules of conditions"
    yield ""
    yield "| rule | here |"
    yield "|---|---|"
    for name in RULE_KINDS:
        yield f"| {name} | {'decided' if name in rule_providers.PROVIDERS else 'fails when it runs'} |"


if __name__ == "__main__":
    sys.stdout.write(page())
