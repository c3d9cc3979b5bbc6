"""CodeConnections (and codestar-connections, its old name): connections, hosts and their tags."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from pipectl.local import connections
from pipectl.local.paging import BadToken, page
from pipectl.local.service import Refused, Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipectl.local.service import Caller
    from pipectl.local.wire import Answer, Request

Shape = dict[str, Any]
_CONNECTIONS, _HOSTS, _TAGS = "codeconnections made", "codeconnections hosts", "codeconnections tags"
_OLD_NAME = "codestar-connections"
_OLD_TARGET = "CodeStar_connections_"  # after a namespace, or alone as SDKs made of Smithy send it
_MOST_TAGS = 200  # service model, TagList
_PAGE = 100  # service model, MaxResults: at most so many


class CodeConnections(Service):
    """Connections, hosts and their tags, under both names of the service.

    A new connection is PENDING until a person completes it in the console (API reference, CreateConnection);
    here that is `pipectl local connect`. A host is AVAILABLE at once (inferred: on AWS its owner sets it up).
    Repository links and sync configurations are not answered.
    """

    model_name: ClassVar[str] = "codeconnections"
    validation_code: ClassVar[str] = "InvalidInputException"
    _named_as = model_name

    def answer(self, request: Request, caller: Caller) -> Answer:
        """Answer a call; ARNs begin with the name of the service that was asked (inferred)"""
        with self.world.lock:
            is_old = _OLD_TARGET in request.headers.get("x-amz-target", "")
            self._named_as = _OLD_NAME if is_old else self.model_name
            return super().answer(request, caller)

    def create_connection(self, request: Shape, caller: Caller) -> Shape:
        """Make a connection that waits for its handshake; its host decides the provider"""
        host = request.get("HostArn")
        provider = self._host(host)["ProviderType"] if host else request.get("ProviderType")
        arn = self._new_arn("connection", str(uuid.uuid4()))
        kept = {"ConnectionName": request["ConnectionName"], "ProviderType": provider, "HostArn": host}
        self._connections[arn] = {key: value for key, value in kept.items() if value}
        return {"ConnectionArn": arn, **self._tagged(arn, request)}

    def get_connection(self, request: Shape, caller: Caller) -> Shape:
        """Tell of one, by its new or its old kind of ARN"""
        arn = request["ConnectionArn"]
        if arn not in self._known():
            raise Refused("ResourceNotFoundException", f"Connection {arn} was not found")
        return {"Connection": self._described(arn)}

    def list_connections(self, request: Shape, caller: Caller) -> Shape:
        """Tell of those of a provider and a host"""
        listed = [
            connection
            for connection in map(self._described, self._known())
            if request.get("ProviderTypeFilter") in (None, connection.get("ProviderType"))
            and request.get("HostArnFilter") in (None, connection.get("HostArn"))
        ]
        return _page("Connections", listed, request)

    def delete_connection(self, request: Shape, caller: Caller) -> None:
        """Forget one; one that does not exist is no error (inferred)"""
        self._forget(self._connections, request["ConnectionArn"])
        connections.linked(self.world, self.account, self.region).pop(request["ConnectionArn"], None)

    def create_host(self, request: Shape, caller: Caller) -> Shape:
        """Make a host: where a provider is installed"""
        arn = self._new_arn("host", f"{request['Name']}-{uuid.uuid4().hex[:8]}")
        kept = ("Name", "ProviderType", "ProviderEndpoint", "VpcConfiguration")
        self._hosts[arn] = {key: request[key] for key in kept if key in request} | {"Status": "AVAILABLE"}
        return {"HostArn": arn, **self._tagged(arn, request)}

    def get_host(self, request: Shape, caller: Caller) -> Shape:
        """Tell of one host; the answer has no ARN"""
        return dict(self._host(request["HostArn"]))

    def list_hosts(self, request: Shape, caller: Caller) -> Shape:
        """Tell of all hosts"""
        return _page("Hosts", [{**host, "HostArn": arn} for arn, host in self._hosts.items()], request)

    def update_host(self, request: Shape, caller: Caller) -> None:
        """Change a host's endpoint or VPC"""
        host = self._host(request["HostArn"])
        for key in ("ProviderEndpoint", "VpcConfiguration"):
            if key in request:
                host[key] = request[key]

    def delete_host(self, request: Shape, caller: Caller) -> None:
        """API reference, DeleteHost: its connections must be deleted before; the text is inferred"""
        arn = request["HostArn"]
        self._host(arn)
        if any(connection.get("HostArn") == arn for connection in self._connections.values()):
            raise Refused("ResourceUnavailableException", f"Host {arn} still has connections")
        self._forget(self._hosts, arn)

    def tag_resource(self, request: Shape, caller: Caller) -> None:
        """Add tags to a connection or host"""
        tags = self._tags(request["ResourceArn"])
        added = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        if len(tags | added) > _MOST_TAGS:
            raise Refused("LimitExceededException", f"A resource can have at most {_MOST_TAGS} tags")
        tags.update(added)

    def untag_resource(self, request: Shape, caller: Caller) -> None:
        """Remove tags; keys that it does not have are no error"""
        tags = self._tags(request["ResourceArn"])
        for key in request["TagKeys"]:
            tags.pop(key, None)

    def list_tags_for_resource(self, request: Shape, caller: Caller) -> Shape:
        """Tell the tags of a connection or host"""
        return {"Tags": _tag_list(self._tags(request["ResourceArn"]))}

    @property
    def _connections(self) -> dict[str, Shape]:
        return self.world.beside(_CONNECTIONS, self.account, self.region)

    @property
    def _hosts(self) -> dict[str, Shape]:
        return self.world.beside(_HOSTS, self.account, self.region)

    @property
    def _tags_by_arn(self) -> dict[str, dict[str, str]]:
        return self.world.beside(_TAGS, self.account, self.region)

    def _new_arn(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:{self._named_as}:{self.region}:{self.account}:{kind}/{name}"

    def _tagged(self, arn: str, request: Shape) -> Shape:
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        self._tags_by_arn[arn] = tags
        return {"Tags": _tag_list(tags)} if tags else {}

    def _tags(self, arn: str) -> dict[str, str]:
        if arn not in {*self._known(), *self._hosts}:
            raise Refused("ResourceNotFoundException", f"{arn} was not found")
        return self._tags_by_arn.setdefault(arn, {})

    def _host(self, arn: str) -> Shape:
        if arn not in self._hosts:
            raise Refused("ResourceNotFoundException", f"Host {arn} was not found")
        return self._hosts[arn]

    def _forget(self, kept: dict[str, Shape], arn: str) -> None:
        kept.pop(arn, None)
        self._tags_by_arn.pop(arn, None)

    def _known(self) -> list[str]:
        linked = connections.linked(self.world, self.account, self.region)
        return [*dict.fromkeys([*self._connections, *linked])]

    def _described(self, arn: str) -> Shape:
        done = arn in connections.linked(self.world, self.account, self.region)
        return {
            "ConnectionName": arn.rpartition("/")[2][:32],
            **self._connections.get(arn, {}),
            "ConnectionArn": arn,
            "OwnerAccountId": self.account,
            "ConnectionStatus": "AVAILABLE" if done else "PENDING",
        }


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _page(member: str, items: Sequence[Shape], request: Shape) -> Shape:
    try:
        shown, token = page(items, request.get("NextToken"), request.get("MaxResults") or _PAGE)
    except BadToken:
        raise Refused("InvalidInputException", "The next token is not valid") from None
    return {member: shown, **({"NextToken": token} if token else {})}


SERVICE = CodeConnections
