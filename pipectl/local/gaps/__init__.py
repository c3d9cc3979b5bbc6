"""What moto lacks, service by service: each file answers one service's calls with moto's help."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pipectl.local import motos

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World

CLOSED = (
    "application-autoscaling",
    "batch",
    "cloudformation",
    "cloudtrail",
    "ec2",
    "ecr",
    "ecr-public",
    "events",
    "iam",
    "lambda",
    "logs",
    "resourcegroupstaggingapi",
    "s3",
    "secretsmanager",
    "sns",
    "sts",
)

WITHOUT_MOTO = ("GetCallerIdentity", "LookupEvents")
"""Answers that need no moto, whose import takes long; the first is often the first call of all."""

UNLOCKED = (("lambda", "Invoke"),)
"""Calls during which others are answered: what runs meanwhile may call the local AWS."""
_MODULES = {"lambda": "awslambda"}
"""Modules that cannot have their service's name."""


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Answer a call to a service of moto; `forward` is moto itself"""
    if request.service not in CLOSED or not request.operation:
        return forward(request)
    if request.operation not in WITHOUT_MOTO:
        motos.ready()
    module = _MODULES.get(request.service, request.service.replace("-", "_"))
    gap = importlib.import_module(f"pipectl.local.gaps.{module}")
    answered: Answer = gap.answer(world, request, forward)
    return answered
