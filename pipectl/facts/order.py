"""Lists whose order means something, and lists that AWS answers as they were sent; all others are sets.

AWS answers sets in an order of its own: environment variables, subnets, tags and so
on come back re-ordered (the Terraform AWS provider declares them as sets or sorts them for that reason). So a
list is a set unless it stands here with the reason why not.
"""

from collections.abc import Mapping

ORDERED: Mapping[str, Mapping[str, str]] = {
    "ecs": {
        "command": "the words of a command (API reference, ContainerDefinition and HealthCheck)",
        "entryPoint": "the words of a command (API reference, ContainerDefinition)",
        "dnsServers": "a resolver asks the first one first (resolv.conf)",
        "dnsSearchDomains": "a resolver tries the first one first (resolv.conf)",
        "environmentFiles": "processed from the top down (developer guide, Pass environment variables)",
        "placementStrategy": "applied in its order (developer guide, task placement strategies)",
    },
    "codepipeline": {
        "stages": "they run one after the other (user guide, Pipeline structure reference)",
        "commands": "they run one after the other (action reference, Commands)",
        "inputArtifacts": "a job gets them in this order (inferred; recorded answers keep it)",
        "outputArtifacts": "a job gets them in this order (inferred; recorded answers keep it)",
    },
}
"""Service -> member of a structure -> why its order means something, with the source."""

KEPT: Mapping[str, Mapping[str, str]] = {
    "events": {
        "Tags": "recorded (localstack/localstack, tests/aws/services/events/test_events_tags.snapshot.json)",
    },
    "ecs": {
        "containerDefinitions": "recorded (AWS CLI examples, describe-task-definition); names identify them",
        "tags": "recorded (radkawar/stackd, ecs/task_tags.json; AWS CLI examples, create-cluster)",
        "capacityProviders": "recorded (AWS CLI examples, put-cluster-capacity-providers)",
        "defaultCapacityProviderStrategy": "recorded (AWS CLI examples, put-cluster-capacity-providers)",
    },
    "ecr": {
        "rules": "of a replication: a list, no set, in the Terraform provider",
        "destinations": "of a replication: a list, no set, in the Terraform provider",
        "repositoryFilters": "of a replication: a list, no set, in the Terraform provider",
    },
    "codebuild": {
        "environmentVariables": "a list, no set, in the Terraform provider (aws_codebuild_project)",
        "modes": "of a cache: a list, no set, in the Terraform provider (aws_codebuild_project)",
    },
    "codecommit": {
        "branches": "of a trigger: a list, no set, in the Terraform provider (aws_codecommit_trigger)",
        "events": "of a trigger: a list, no set, in the Terraform provider (aws_codecommit_trigger)",
    },
    "codepipeline": {
        "properties": "recorded (AWS CLI examples, get-action-type); names identify them",
        "actionConfigurationProperties": "recorded (AWS CLI examples, list-action-types)",
        "actions": "recorded (radkawar/stackd, testdata/aws/codepipeline); names identify them",
        "conditions": "recorded (user guide, Configure conditions)",
        "rules": "recorded (user guide, Configure conditions); names identify them",
        "variables": "recorded (radkawar/stackd, testdata/aws/codepipeline); names identify them",
        "includes": "of a trigger: checked one by one in Terraform's acceptance test (_pipelinetype)",
        "excludes": "of a trigger: checked one by one in Terraform's acceptance test (_pipelinetype)",
        "events": "of a pull request: checked one by one in Terraform's acceptance test (_pipelinetype)",
    },
}
"""Lists whose order means nothing and that AWS answers all the same as they were sent."""


def is_ordered(service: str, member: str) -> bool:
    """Whether the order of a list means something; `member` is its name in the service model."""
    return member in ORDERED.get(service, {})


def is_kept(service: str, member: str) -> bool:
    """Whether AWS answers a list in the order in which it was sent."""
    return is_ordered(service, member) or member in KEPT.get(service, {})
