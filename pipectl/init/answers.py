"""The answers that a first spec is made of, each checked in the words of the grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipectl.init.folder import Folder
from pipectl.spec.later import LATER

BRANCH = "main"
PORT = 8080


@dataclass(frozen=True)
class Answers:
    """What the spec shall say; LATER stands for a placeholder.

    `connection` is needed for a repository at another host than CodeCommit.
    """

    name: str
    repository: str
    branch: str
    port: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...] = ()
    public_ip: bool | None = False
    """None for later."""
    region: str | None = None
    connection: str | None = None
    cluster: str | None = None
    """An existing cluster; None makes one."""
    target_group: str | None = None
    local: bool = False
    """Whether the network is that of the local AWS."""
    folder: Folder = field(default_factory=lambda: Folder("app"))
    schema: str | None = None
    """The file of the JSON Schema, for the line that editors read."""

    @property
    def in_codecommit(self) -> bool:
        """Whether the code is in CodeCommit, where no name has a slash."""
        return "/" not in self.repository

    @property
    def title(self) -> str:
        """The name that other names are made of: the folder's, while the stack has none."""
        return self.folder.stack if self.name == LATER else self.name

    @property
    def makes_repository(self) -> bool:
        """Whether the repository is new: the folder comes from nowhere, or from elsewhere."""
        source = self.folder.source
        return (
            self.in_codecommit
            and self.repository != LATER
            and (source is None or source.repository != self.repository)
        )

    def doubts(self) -> Iterator[str]:
        """What a person should know beside the spec."""
        source = self.folder.source
        if not self.folder.has_dockerfile:
            yield "there is no Dockerfile here: the build needs one"
        used = source.region if source and self.in_codecommit and not self.makes_repository else None
        if used and self.region not in (None, LATER, used):
            yield f"{self.repository} is in {used}, and a pipeline in {self.region} cannot read it"

    @property
    def container(self) -> str:
        """The container, as the folder's buildspec calls it."""
        return self.folder.container or "app"


@dataclass(frozen=True)
class Form:
    """What an answer must look like; `short` is one word for it."""

    pattern: str
    what: str
    short: str

    def fits(self, text: str) -> bool:
        """Whether it does."""
        return re.fullmatch(self.pattern, text) is not None


FORMS = {
    "name": Form(
        r"[a-z][a-z0-9-]{0,38}[a-z0-9]", "small letters, digits and `-`, 2 to 40, a letter first", "name"
    ),
    "region": Form(r"[a-z]{2,}(-[a-z]+)+-\d", "a Region, such as eu-west-1", "name"),
    "repository": Form(
        r"[\w.-]{1,100}|[\w.-]+(/[\w.-]+)+", "a CodeCommit repository, or owner/name elsewhere", "name"
    ),
    "branch": Form(r"[^\s\x00-\x20\x7f~^:?*\[\\]+", "the name of a branch", "name"),
    "connection": Form(
        r"arn:aws(-\w+)*:(codeconnections|codestar-connections):[\w-]+:\d{12}:connection/[\w-]+",
        "the ARN of a connection",
        "ARN",
    ),
    "port": Form(
        r"[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]", "1 to 65535", "port"
    ),
    "subnet": Form(
        r"subnet-[0-9a-f]{8}([0-9a-f]{9})?", "a subnet ID, such as subnet-0a1b2c3d4e5f60718", "IDs"
    ),
    "security_group": Form(
        r"sg-[0-9a-f]{8}([0-9a-f]{9})?", "a security group ID, such as sg-0a1b2c3d4e5f60718", "IDs"
    ),
    "target_group": Form(
        r"arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:targetgroup/[\w-]+/[\w-]+",
        "the ARN of a target group",
        "ARN",
    ),
    "cluster": Form(r"[A-Za-z0-9_-]{1,255}", "letters, digits, `-` and `_`", "name"),
}
