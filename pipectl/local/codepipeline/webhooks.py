"""Webhooks: declared, listed, tagged; who calls their URL starts the pipeline (webhook_calls)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from pipectl.local import webhook_door
from pipectl.local.service import Refused

from . import tags, webhook_calls
from .triggers import Triggers

if TYPE_CHECKING:
    from pipectl.local.service import Caller

Shape = dict[str, Any]
MAXIMUM_WEBHOOKS = 300  # User guide, limits
PAGE = 100


class Webhooks(Triggers):
    """The operations on webhooks, and the calls of their URLs."""

    def put_webhook(self, request: Shape, caller: Caller) -> Shape:
        """API reference, PutWebhook: made or replaced; the URL stays, and leads to this server."""
        definition = request["webhook"]
        name = definition["name"]
        pipeline = self.pipeline(definition["targetPipeline"])
        sources = {action["name"] for action in pipeline.declaration["stages"][0]["actions"]}
        if definition["targetAction"] not in sources:
            raise Refused("ValidationException", f"{definition['targetAction']} is not a source action")
        _refuse_filters(definition["filters"])
        _refuse_authentication(definition)
        if name not in self.webhooks and len(self.webhooks) >= MAXIMUM_WEBHOOKS:
            raise Refused("LimitExceededException", "The number of webhooks is exceeded")
        resource = f"webhook:{name}"
        chosen = tags.merged(
            self.arn(resource), self.custom_tags.get(resource, {}), request.get("tags") or []
        )
        self.custom_tags[resource] = chosen
        before = self.webhooks.get(name, {})
        url = before.get("url") or webhook_door.new_url(self)
        self.webhooks[name] = {"definition": definition, "url": url, "arn": self.arn(resource)}
        return {"webhook": self._shown(name)}

    def list_webhooks(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListWebhooks: its page members are capitalised."""
        asked = {"nextToken": request.get("NextToken"), "maxResults": request.get("MaxResults")}
        found, token = self.page(sorted(self.webhooks), asked, PAGE)
        return {"webhooks": [self._shown(name) for name in found], "NextToken": token}

    def delete_webhook(self, request: Shape, caller: Caller) -> None:
        """API reference, DeleteWebhook: an unknown name succeeds (idempotent by its description)."""
        self.webhooks.pop(request["name"], None)
        self.custom_tags.pop(f"webhook:{request['name']}", None)

    def register_webhook_with_third_party(self, request: Shape, caller: Caller) -> None:
        """API reference, RegisterWebhookWithThirdParty: there is no third party to tell."""
        self._refuse_unknown(request.get("webhookName"))

    def deregister_webhook_with_third_party(self, request: Shape, caller: Caller) -> None:
        """API reference, DeregisterWebhookWithThirdParty: there is no third party to tell."""
        self._refuse_unknown(request.get("webhookName"))

    def called(self, call: webhook_door.Call) -> Shape:
        """Start the pipeline of the webhook that was called, where its filters let it; what to answer

        A refusal stands in ListWebhooks too; so does the last start (API reference, ListWebhookItem).
        """
        webhook = next((webhook for webhook in self.webhooks.values() if call.is_of(webhook["url"])), None)
        if webhook is None:
            raise webhook_door.nowhere()
        try:
            started = self._started(webhook, call)
        except Refused as refused:
            webhook |= {"errorCode": str(refused.status), "errorMessage": refused.message}
            raise
        if started:
            webhook["lastTriggered"] = self.world.now()
            webhook.pop("errorCode", None)
            webhook.pop("errorMessage", None)
        return {"message": "started" if started else "ignored: the filters do not match"}

    def _started(self, webhook: Shape, call: webhook_door.Call) -> bool:
        definition = webhook["definition"]
        webhook_calls.authenticate(definition, call)
        pipeline = self.pipelines.get(definition["targetPipeline"])
        if pipeline is None:
            raise Refused("PipelineNotFoundException", "The pipeline of the webhook does not exist", 400)
        actions = pipeline.declaration["stages"][0]["actions"]
        target = next((each for each in actions if each["name"] == definition["targetAction"]), None)
        if target is None:
            raise Refused("ActionNotFoundException", "The source action of the webhook does not exist", 400)
        if not webhook_calls.passes(definition, target["configuration"], call):
            return False
        self.refuse_too_many(pipeline)
        self.engine.start(pipeline, "Webhook", webhook["arn"])  # model, ExecutionTrigger: the webhook's ARN
        return True

    def _refuse_unknown(self, name: str | None) -> None:
        if name not in self.webhooks:
            raise Refused("WebhookNotFoundException", f"The webhook '{name}' was not found")

    def _shown(self, name: str) -> Shape:
        """What is told of a webhook, its secret token as it is.

        AWS CLI reference, example of list-webhooks, and Terraform's acceptance tests; the API reference says
        that it is redacted (docs/aws/codepipeline.md, end).
        """
        return {**self.webhooks[name], "tags": tags.shown(self.custom_tags[f"webhook:{name}"])}


def _refuse_filters(filters: list[Shape]) -> None:
    for each in filters:
        if not webhook_calls.is_path(each["jsonPath"]):
            raise Refused(
                "InvalidWebhookFilterPatternException",
                f"The filter's JSON path is not valid: {each['jsonPath']}",
            )


def _refuse_authentication(definition: Shape) -> None:
    """API reference, WebhookAuthConfiguration: which property goes with which kind."""
    settings = definition["authenticationConfiguration"]
    needed = {"GITHUB_HMAC": {"SecretToken"}, "IP": {"AllowedIPRange"}, "UNAUTHENTICATED": set[str]()}
    if set(settings) != needed[definition["authentication"]] or not _is_range(settings.get("AllowedIPRange")):
        raise Refused(
            "InvalidWebhookAuthenticationParametersException",
            f"The authentication configuration does not fit {definition['authentication']}",
        )


def _is_range(text: str | None) -> bool:
    try:
        return text is None or bool(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return False
