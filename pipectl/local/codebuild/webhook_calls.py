"""The local door for GitHub's calls: the payload URL of a webhook starts builds.

What CodeBuild answers to the caller is not documented: the statuses and sentences here are inferred.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local import git_calls
from pipectl.local.codebuild import webhook_events, webhook_filters
from pipectl.local.codebuild.webhooks import PREFIX
from pipectl.local.service import Refused
from pipectl.local.wire import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.codebuild.webhooks import Webhooks
    from pipectl.local.world import World

_PATH = re.compile(PREFIX + r"(?P<account>\d{12})/(?P<region>[a-z0-9-]+)/trigger")
_GITHUB = ("GITHUB", "GITHUB_ENTERPRISE")


def answer(world: World, environ: Mapping[str, Any], body: bytes) -> Answer:
    """Answer a call: 200 whether it starts a build or is ignored, 403 without a valid signature"""
    path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if path is None or environ["REQUEST_METHOD"] != "POST":
        return json_answer({"message": "There is no webhook here; POST to the payloadUrl of a webhook"}, 404)
    service: Webhooks = world.service("codebuild", path["account"], path["region"])
    url = f"{world.url}{path[0]}?{environ.get('QUERY_STRING', '')}"
    try:
        with world.lock:
            return json_answer(_called(service, url, environ, body))
    except Refused as refused:
        return json_answer({"message": refused.message}, refused.status or 400)


def _called(service: Webhooks, url: str, environ: Mapping[str, Any], body: bytes) -> dict[str, str]:
    project = service.called_project(url)
    webhook = project["webhook"]
    if project["source"]["type"] not in _GITHUB:
        kind = project["source"]["type"]
        raise Refused("InvalidInputException", f"The local AWS reads no webhook calls of {kind}", 400)
    if not git_calls.is_signed(webhook["secret"], body, environ):
        raise Refused("AccessDeniedException", "X-Hub-Signature-256 is missing or wrong", 403)
    event = webhook_events.read(environ.get("HTTP_X_GITHUB_EVENT", ""), git_calls.payload(body, environ))
    if event is None:
        return {"message": "ignored: no push, pull request or release that CodeBuild knows"}
    event = webhook_events.completed(event, service.clone_of(project))
    if not webhook_filters.passes(webhook, event):
        return {"message": "ignored: the filter groups do not match"}
    agent = str(environ.get("HTTP_USER_AGENT") or "GitHub-Hookshot")
    return {"message": "started", "id": service.start_for_webhook(project, event, agent)}
