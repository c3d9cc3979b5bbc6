"""What is kept of one notification rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class NotificationRule:
    """One rule; `targets` are addresses with their types."""

    arn: str
    name: str
    resource: str
    events: list[str]
    targets: dict[str, str]
    detail: str
    status: str
    created_by: str
    created: datetime
    modified: datetime
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The last part of its ARN"""
        return self.arn.rpartition("/")[2]
