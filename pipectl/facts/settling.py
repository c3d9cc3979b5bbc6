"""Answers that are true now and not in a moment: which call, which error, after what, until when, and whence.

AWS calls it eventual consistency. Throttles are no part of it (quotas.py), nor are lost answers.
"""

from dataclasses import dataclass

SOON = 12.0
"""Seconds for listings that lag behind a deletion."""
SETTLED = 120.0
"""Seconds that AWS may take to settle. IAM names no bound; a minute or two was seen, and
terraform-provider-aws waits as long (its `propagationTimeout`)."""
LINKED = 900.0
"""Seconds that AWS names for a service-linked role in its own refusal; it is mostly there at once."""
DRAINED = 600.0
"""Seconds that tasks may take to stop: a load balancer drains a target for 5 minutes unless it is told
otherwise (its target group's `deregistration_delay`), and botocore's `services_inactive` waits 10."""

ROLE_WRITES = (
    "create_role", "put_role_policy", "update_assume_role_policy", "attach_role_policy",
    "put_role_permissions_boundary",
)  # fmt: skip

TF = "terraform-provider-aws, internal/service/"
IAM_GUIDE = 'IAM user guide, "Changes that I make are not always immediately visible"'
API = "API reference: "


@dataclass(frozen=True)
class Settling:
    """An answer that time mends. A call that is answered so is sent again, for at most `at_most` seconds.

    `operations` are those of boto3, all of the service where none is named; `message` must stand in the
    answer. With `after` it counts only when one of these was sent in the same run: a role that is new, and
    that the message names, if it names any.
    """

    service: str
    operations: tuple[str, ...]
    code: str
    message: str
    reason: str
    source: str
    after: tuple[str, ...] = ()
    at_most: float = SETTLED

    def fits(self, service: str, operation: str, code: str, message: str) -> bool:
        """Whether an answer is this one."""
        return (
            (self.service, self.code) == (service, code)
            and (not self.operations or operation in self.operations)
            and self.message in message
        )


ANY = ()
_CLUSTER = ("put_cluster_capacity_providers", "update_cluster", "delete_cluster")
_SERVICE = ("create_service", "update_service")

SETTLING = (
    # a role that was just written is not known everywhere
    Settling("codebuild", ANY, "InvalidInputException", "ot authorized to perform", "the new role",
             TF + "codebuild/project.go", ROLE_WRITES),
    Settling("codepipeline", ANY, "InvalidStructureException", "not authorized to perform AssumeRole",
             "the new role", TF + "codepipeline/codepipeline.go", ROLE_WRITES),
    Settling("ecs", ANY, "InvalidParameterException", "verify that the ECS service role", "the new role",
             TF + "ecs/service.go", ROLE_WRITES),
    Settling("ecr", ("set_repository_policy",), "InvalidParameterException",
             "Invalid repository policy provided", "the new role", TF + "ecr/repository_policy.go",
             ROLE_WRITES),
    Settling("events", ANY, "ValidationException", "cannot be assumed by principal", "the new role",
             TF + "events/rule.go", ROLE_WRITES),
    Settling("s3", ANY, "MalformedPolicy", "Invalid principal in policy", "the new role",
             TF + "s3/bucket_policy.go", ROLE_WRITES),
    Settling("iam", ANY, "MalformedPolicyDocument", "Invalid principal in policy", "the new role",
             TF + "iam/role.go", ROLE_WRITES),
    Settling("iam", ("put_role_policy", "attach_role_policy", "tag_role", "update_assume_role_policy",
                     "put_role_permissions_boundary"), "NoSuchEntity", "", "the new role", IAM_GUIDE,
             ("create_role",)),
    Settling("iam", ("delete_role",), "DeleteConflict", "must delete policies first",
             "the deletion of its policy", TF + "iam/role.go", ("delete_role_policy",), SOON),
    # two changes of one thing do not go together
    Settling("iam", ANY, "ConcurrentModification", "", "another change of the role", API + "iam, CreateRole"),
    Settling("events", ANY, "ConcurrentModificationException", "", "another change of the rule",
             API + "events, PutRule"),
    Settling("codepipeline", ANY, "ConcurrentModificationException", "", "another change of the pipeline",
             API + "codepipeline, CreatePipeline"),
    Settling("s3", ANY, "OperationAborted", "", "another change of the bucket",
             'S3 API reference, "Error responses"; a bucket that is being deleted answers so too'),
    Settling("codestar-notifications", ANY, "ConcurrentModificationException", "",
             "another change of the rule", API + "codestar-notifications, CreateNotificationRule"),
    Settling("logs", ANY, "OperationAbortedException", "", "another change of the log group",
             API + "logs, CreateLogGroup"),
    Settling("ecs", ("register_task_definition",), "ClientException",
             "Too many concurrent attempts to create a new revision", "another revision of the family",
             "eventn/hako, lib/hako/schedulers/ecs.rb"),
    Settling("codecommit", ANY, "ConcurrentReferenceUpdateException", "", "another change of the branch",
             API + "codecommit, PutFile"),
    # a cluster that changes takes no other change
    Settling("ecs", _CLUSTER, "UpdateInProgressException", "", "another change of the cluster",
             TF + "ecs/cluster_capacity_providers.go and cluster.go", at_most=DRAINED),
    Settling("ecs", ("put_cluster_capacity_providers",), "ResourceInUseException", "",
             "the capacity providers to be free", TF + "ecs/cluster_capacity_providers.go"),
    Settling("ecs", (*_CLUSTER, *_SERVICE), "ClientException", "luster was not ACTIVE", "the new cluster",
             TF + "ecs/cluster_capacity_providers.go"),
    Settling("ecs", ANY, "ClusterNotFoundException", "", "the new cluster", TF + "ecs/service.go",
             ("create_cluster",)),
    Settling("ecs", ANY, "InvalidParameterException", "ssume the service linked role", "ECS's own role",
             TF + "ecs/service.go and cluster.go"),
    Settling("codestar-notifications", ("create_notification_rule",), "ConfigurationException",
             "service-linked role for AWS CodeStar Notifications might not yet exist",
             "the notifications' own role", "aws-ia/ecs-blueprints issue 58; aws/aws-cdk issue 34406",
             at_most=LINKED),
    # what others made, or are about to make
    Settling("ecs", _SERVICE, "InvalidParameterException", "does not have an associated load balancer",
             "the listener of the load balancer", TF + "ecs/service.go"),
    Settling("codepipeline", ANY, "StageNotFoundException", "", "the changed stages",
             "inferred: the state of a new stage may be known later than the stage", ("update_pipeline",)),
    Settling("s3", ANY, "NoSuchBucket", "", "the new bucket", TF + "s3/bucket.go", ("create_bucket",)),
    Settling("ecr", ANY, "RepositoryNotFoundException", "", "the new repository",
             TF + "ecr/lifecycle_policy.go", ("create_repository",)),
    Settling("codecommit", ANY, "RepositoryDoesNotExistException", "", "the new repository",
             "inferred: as ECR", ("create_repository",)),
    Settling("logs", ("put_retention_policy", "tag_resource"), "ResourceNotFoundException", "",
             "the new log group", "inferred: CreateLogGroup answers before all of Logs knows it",
             ("create_log_group",)),
    Settling("events", ("put_targets", "tag_resource"), "ResourceNotFoundException", "", "the new rule",
             TF + "events/target.go", ("put_rule",)),
    # what goes needs time to go
    Settling("ecs", ("create_service",), "InvalidParameterException", "still Draining",
             "the old service to drain", TF + "ecs/service.go", at_most=DRAINED),
    Settling("ecs", ("create_service",), "InvalidParameterException",
             "Creation of service was not idempotent", "the old service to go",
             "inferred from reports of the same name after a deletion; issue 12"),
    Settling("ecs", ("delete_service",), "InvalidParameterException",
             "The service cannot be stopped while deployments are active", "its deployment",
             TF + "ecs/service.go", at_most=DRAINED),
    Settling("ecs", ANY, "ClusterContainsServicesException", "", "its services", TF + "ecs/cluster.go",
             at_most=DRAINED),
    Settling("ecs", ANY, "ClusterContainsTasksException", "", "its tasks", TF + "ecs/cluster.go",
             at_most=DRAINED),
    Settling("events", ("delete_rule",), "ValidationException", "can't be deleted since it has targets",
             "its targets to go", TF + "events/rule.go", ("remove_targets",)),
)  # fmt: skip
"""The first that fits counts."""


def settling(service: str, operation: str, code: str, message: str) -> Settling | None:
    """What an answer waits for; None where it is final."""
    return next((each for each in SETTLING if each.fits(service, operation, code, message)), None)
