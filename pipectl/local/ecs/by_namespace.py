"""ListServicesByNamespace: the services of all clusters that joined a namespace of Cloud Map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.namespaces import Namespaces
from pipectl.local.ecs.paging import page

if TYPE_CHECKING:
    from pipectl.local.service import Caller

LISTED_AT_ONCE = 10  # API reference, ListServicesByNamespace.maxResults


class ByNamespace(Namespaces):
    """The operation ListServicesByNamespace"""

    def list_services_by_namespace(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the ACTIVE services of a namespace, by its name or ARN; a missing one is refused

        API reference, ListServicesByNamespace.
        """
        wanted = self.namespace_arn(request["namespace"])
        entries = (
            ((service.arn,), service.arn)
            for cluster in self.clusters.values()
            for service in cluster.services.values()
            if service.status == "ACTIVE" and self.joined(cluster, service.fields) == wanted
        )
        return page(entries, request, "serviceArns", default=LISTED_AT_ONCE)
