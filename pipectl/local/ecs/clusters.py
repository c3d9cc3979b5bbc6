"""Clusters: they hold services and tasks, and stay to be seen as INACTIVE once deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.capacity import associated, strategy_items
from pipectl.local.ecs.names import NAME, invalid, tag_list, tag_map
from pipectl.local.ecs.namespaces import Namespaces
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.state import Cluster
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_DESCRIBED = 100
INSIGHTS = ("enabled", "disabled", "enhanced")


class Clusters(Namespaces):
    """The operations on clusters"""

    def create_cluster(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Answer an existing ACTIVE cluster for the same arguments, refuse others; revive an INACTIVE name

        The refusal's words are in the public code of clients that catch them; whether tags count as
        arguments is not documented, here they do not.
        """
        name = request.get("clusterName") or "default"
        if not NAME.fullmatch(name):
            raise invalid(
                f"Invalid cluster name: {name}. "
                "Cluster names are 1 to 255 letters, numbers, hyphens and underscores"
            )
        arguments = {
            key: value for key, value in request.items() if key not in ("clusterName", "tags") and value
        }
        existing = self.clusters.get(name)
        if existing is not None and existing.status == "ACTIVE":
            if any(existing.arguments.get(key) != value for key, value in arguments.items()):
                raise invalid(
                    "Arguments on this idempotent request are inconsistent with "
                    "arguments used in previous request(s)."
                )
            return {"cluster": self._described(existing, ("SETTINGS", "CONFIGURATIONS", "TAGS"))}
        cluster = self._new_cluster(name, request, arguments, caller)
        self.clusters[name] = cluster
        return {"cluster": self._described(cluster, ("SETTINGS", "CONFIGURATIONS", "TAGS"))}

    def _new_cluster(
        self, name: str, request: dict[str, Any], arguments: dict[str, Any], caller: Caller
    ) -> Cluster:
        providers = associated(request.get("capacityProviders") or [], self.providers)
        strategy = request.get("defaultCapacityProviderStrategy") or []
        return Cluster(
            name=name,
            arn=self.arn(f"cluster/{name}"),
            arguments=arguments,
            settings=self._settings(request.get("settings"), caller),
            tags=tag_map(request.get("tags")),
            configuration=request.get("configuration"),
            service_connect=self.default_namespace(request.get("serviceConnectDefaults")),
            capacity_providers=providers,
            strategy=strategy_items(strategy, self.providers, providers),
        )

    def _settings(self, sent: list[dict[str, str]] | None, caller: Caller) -> list[dict[str, str]]:
        """What was said of Container Insights, else the account's setting (API reference, CreateCluster)"""
        for setting in sent or []:
            if setting.get("name") != "containerInsights" or setting.get("value") not in INSIGHTS:
                raise invalid(f"Invalid cluster setting: {setting.get('name')}={setting.get('value')}")
        return sent or [
            {"name": "containerInsights", "value": self.setting_of(caller.arn, "containerInsights")}
        ]

    def describe_clusters(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Without names the `default` cluster; a missing one is a failure, not an error (API reference)"""
        names = request.get("clusters") or ["default"]
        if len(names) > MOST_DESCRIBED:
            raise invalid(f"Clusters cannot have more than {MOST_DESCRIBED} elements")
        found, failures = [], []
        for reference in names:
            cluster = self.cluster_named(reference)
            if cluster is None:
                name = self.own_name(reference, "cluster")
                failures.append({"arn": self.arn(f"cluster/{name}"), "reason": "MISSING"})
            else:
                found.append(self._described(cluster, request.get("include") or ()))
        return {"clusters": found, "failures": failures}

    def _described(self, cluster: Cluster, include: tuple[str, ...] | list[str]) -> dict[str, Any]:
        """A cluster's answer; settings, tags and so on when asked for (API reference, DescribeClusters)"""
        running = [task for task in cluster.tasks.values() if task.last_status == "RUNNING"]
        pending = [task for task in cluster.tasks.values() if task.last_status in ("PROVISIONING", "PENDING")]
        return {
            "clusterArn": cluster.arn,
            "clusterName": cluster.name,
            "status": cluster.status,
            "registeredContainerInstancesCount": sum(
                each.status != "INACTIVE" for each in cluster.instances.values()
            ),
            "runningTasksCount": len(running),
            "pendingTasksCount": len(pending),
            "activeServicesCount": sum(each.status == "ACTIVE" for each in cluster.services.values()),
            "statistics": self._statistics(cluster) if "STATISTICS" in include else [],
            "tags": tag_list(cluster.tags) if "TAGS" in include else [],
            "settings": cluster.settings if "SETTINGS" in include else [],
            "configuration": cluster.configuration if "CONFIGURATIONS" in include else None,
            "serviceConnectDefaults": cluster.service_connect,
            "capacityProviders": cluster.capacity_providers,
            "defaultCapacityProviderStrategy": cluster.strategy,
            "attachments": [] if "ATTACHMENTS" in include else None,
        }

    @staticmethod
    def _statistics(cluster: Cluster) -> list[dict[str, str]]:
        """Running, pending and service counts by launch type (API reference, Cluster.statistics)"""
        counts: dict[str, int] = {}
        for launch in ("EC2", "Fargate"):
            tasks = [
                each
                for each in cluster.tasks.values()
                if each.settings.get("launchType", "") == launch.upper()
            ]
            services = [
                each for each in cluster.services.values() if each.fields.get("launchType") == launch.upper()
            ]
            counts[f"running{launch}TasksCount"] = sum(each.last_status == "RUNNING" for each in tasks)
            counts[f"pending{launch}TasksCount"] = sum(
                each.last_status in ("PROVISIONING", "PENDING") for each in tasks
            )
            counts[f"active{launch}ServiceCount"] = sum(each.status == "ACTIVE" for each in services)
            counts[f"draining{launch}ServiceCount"] = sum(each.status == "DRAINING" for each in services)
        return [{"name": name, "value": str(count)} for name, count in counts.items()]

    def list_clusters(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """ACTIVE clusters only (inferred)"""
        active = [each for each in self.clusters.values() if each.status == "ACTIVE"]
        return page((((each.name,), each.arn) for each in active), request, "clusterArns")

    def update_cluster(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What is not sent stays (API reference, UpdateCluster)"""
        cluster = self.active_cluster(request["cluster"])
        if request.get("settings"):
            cluster.settings = self._settings(request["settings"], caller)
        if request.get("configuration") is not None:
            cluster.configuration = request["configuration"]
        if request.get("serviceConnectDefaults") is not None:
            cluster.service_connect = self.default_namespace(request["serviceConnectDefaults"])
        return {"cluster": self._described(cluster, ("SETTINGS", "CONFIGURATIONS", "TAGS"))}

    def update_cluster_settings(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference, UpdateClusterSettings: the part of UpdateCluster that came first"""
        cluster = self.active_cluster(request["cluster"])
        cluster.settings = self._settings(request["settings"], caller)
        return {"cluster": self._described(cluster, ("SETTINGS", "CONFIGURATIONS", "TAGS"))}

    def put_cluster_capacity_providers(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Both lists are replaced (API reference); a provider that a service uses cannot be taken away

        The words as in pahud/cdk-fargate-patterns#71.
        """
        cluster = self.active_cluster(request["cluster"])
        providers = associated(request["capacityProviders"], self.providers)
        strategy = strategy_items(request["defaultCapacityProviderStrategy"], self.providers, providers)
        if (_used_providers(cluster) & set(cluster.capacity_providers)) - set(providers):
            raise Refused(
                "ResourceInUseException", "The specified capacity provider is in use and cannot be removed."
            )
        cluster.capacity_providers, cluster.strategy = providers, strategy
        return {"cluster": self._described(cluster, ("SETTINGS", "CONFIGURATIONS", "TAGS"))}

    def delete_cluster(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference, DeleteCluster: not while services or tasks are in it; then INACTIVE"""
        cluster = self.cluster_named(request["cluster"])
        if cluster is None:
            raise Refused("ClusterNotFoundException", "Cluster not found.")
        if any(each.status != "INACTIVE" for each in cluster.services.values()):
            raise Refused(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        if any(each.last_status != "STOPPED" for each in cluster.tasks.values()):
            raise Refused(
                "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
            )
        if any(each.status != "INACTIVE" for each in cluster.instances.values()):
            raise Refused(
                "ClusterContainsContainerInstancesException",
                "The Cluster cannot be deleted while Container Instances are active or draining.",
            )
        cluster.status = "INACTIVE"
        return {"cluster": self._described(cluster, ())}


def _used_providers(cluster: Cluster) -> set[str]:
    return {
        item["capacityProvider"]
        for service in cluster.services.values()
        if service.status != "INACTIVE"
        for item in service.fields.get("capacityProviderStrategy") or []
    }
