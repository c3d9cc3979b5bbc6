#!/usr/bin/env bash
# A delivery pipeline as the console's wizards make it, with the AWS CLI: service roles of their own, the
# shared artifact bucket, a rule of CloudWatch Events, default log groups, a task definition by hand.
# Needs AWS (the command, in words), ACCOUNT and AWS_REGION.
set -euo pipefail

bucket=codepipeline-$AWS_REGION-418273645500
registry=$ACCOUNT.dkr.ecr.$AWS_REGION.amazonaws.com
aws() { $AWS "$@" > /dev/null; }

role() { # NAME SERVICE PATH
  aws iam create-role --role-name "$1" --path "$3" --assume-role-policy-document \
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"'"$2"'.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
}

at_once=()
side_by_side() { "$@" & at_once+=($!); }
all_done() {
  for one in "${at_once[@]}"; do wait "$one"; done
  at_once=()
}

side_by_side role AWSCodePipelineServiceRole-shop codepipeline /service-role/
side_by_side role codebuild-shop-service-role codebuild /service-role/
side_by_side role cwe-role-shop events /service-role/
side_by_side role ecsTaskExecutionRole ecs-tasks /
side_by_side aws s3api create-bucket --bucket "$bucket" --create-bucket-configuration LocationConstraint="$AWS_REGION"
side_by_side aws codecommit create-repository --repository-name Shop
side_by_side aws ecr create-repository --repository-name shop
side_by_side aws ecs create-cluster --cluster-name shop --settings name=containerInsights,value=disabled
side_by_side aws logs create-log-group --log-group-name /ecs/shop
all_done

side_by_side aws iam put-role-policy --role-name codebuild-shop-service-role --policy-name CodeBuildBasePolicy \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":["*"],"Action":["logs:*","s3:*"]}]}'
side_by_side aws codebuild create-project --cli-input-json '{
  "name": "shop-build",
  "source": {"type": "CODEPIPELINE", "buildspec": ""},
  "artifacts": {"type": "CODEPIPELINE"},
  "cache": {"type": "NO_CACHE"},
  "environment": {
    "type": "LINUX_CONTAINER", "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
    "computeType": "BUILD_GENERAL1_SMALL", "privilegedMode": true, "imagePullCredentialsType": "CODEBUILD",
    "environmentVariables": [
      {"name": "REPO", "value": "'"$registry"'/shop", "type": "PLAINTEXT"},
      {"name": "NPM_TOKEN", "value": "npm_verysecretvalue", "type": "PLAINTEXT"},
      {"name": "DSN", "value": "/shop/dsn", "type": "PARAMETER_STORE"}
    ]
  },
  "serviceRole": "arn:aws:iam::'"$ACCOUNT"':role/service-role/codebuild-shop-service-role",
  "timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480,
  "encryptionKey": "arn:aws:kms:'"$AWS_REGION:$ACCOUNT"':alias/aws/s3",
  "logsConfig": {"cloudWatchLogs": {"status": "ENABLED"}, "s3Logs": {"status": "DISABLED", "encryptionDisabled": false}}
}'
side_by_side aws ecs register-task-definition --cli-input-json '{
  "family": "shop", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
  "executionRoleArn": "arn:aws:iam::'"$ACCOUNT"':role/ecsTaskExecutionRole",
  "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
  "containerDefinitions": [{
    "name": "web", "image": "'"$registry"'/shop:latest", "cpu": 0, "essential": true, "ulimits": [],
    "portMappings": [{"name": "web-80-tcp", "containerPort": 80, "hostPort": 80, "protocol": "tcp", "appProtocol": "http"}],
    "environment": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}, {"name": "STAGE", "value": "live"}],
    "environmentFiles": [], "mountPoints": [], "volumesFrom": [], "systemControls": [],
    "logConfiguration": {"logDriver": "awslogs", "secretOptions": [], "options": {
      "awslogs-group": "/ecs/shop", "mode": "non-blocking", "awslogs-create-group": "true",
      "max-buffer-size": "25m", "awslogs-region": "'"$AWS_REGION"'", "awslogs-stream-prefix": "ecs"}}
  }]
}'
all_done

side_by_side aws ecs create-service --cli-input-json '{
  "cluster": "shop", "serviceName": "web", "taskDefinition": "shop", "desiredCount": 1, "launchType": "FARGATE",
  "platformVersion": "LATEST", "schedulingStrategy": "REPLICA", "enableECSManagedTags": true,
  "deploymentController": {"type": "ECS"}, "propagateTags": "NONE",
  "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true},
    "maximumPercent": 200, "minimumHealthyPercent": 100},
  "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"],
    "securityGroups": ["sg-0a1b2c3d4e5f60718"], "assignPublicIp": "ENABLED"}}
}'
side_by_side aws codepipeline create-pipeline --cli-input-json '{"pipeline": {
  "name": "Shop", "pipelineType": "V2", "executionMode": "QUEUED",
  "roleArn": "arn:aws:iam::'"$ACCOUNT"':role/service-role/AWSCodePipelineServiceRole-shop",
  "artifactStore": {"type": "S3", "location": "'"$bucket"'"},
  "stages": [
    {"name": "Source", "actions": [{
      "name": "Source", "runOrder": 1, "region": "'"$AWS_REGION"'", "namespace": "SourceVariables",
      "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
      "configuration": {"BranchName": "master", "OutputArtifactFormat": "CODE_ZIP",
        "PollForSourceChanges": "false", "RepositoryName": "Shop"},
      "inputArtifacts": [], "outputArtifacts": [{"name": "SourceArtifact"}]}]},
    {"name": "Build", "actions": [{
      "name": "Build", "runOrder": 1, "region": "'"$AWS_REGION"'", "namespace": "BuildVariables",
      "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
      "configuration": {"ProjectName": "shop-build"},
      "inputArtifacts": [{"name": "SourceArtifact"}], "outputArtifacts": [{"name": "BuildArtifact"}]}]},
    {"name": "Deploy", "actions": [{
      "name": "Deploy", "runOrder": 1, "region": "'"$AWS_REGION"'", "namespace": "DeployVariables",
      "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "ECS", "version": "1"},
      "configuration": {"ClusterName": "shop", "ServiceName": "web", "FileName": "imagedefinitions.json"},
      "inputArtifacts": [{"name": "BuildArtifact"}], "outputArtifacts": []}]}
  ]}}'
side_by_side aws events put-rule --name codepipeline-Shop-master-418273-rule --event-pattern '{
  "source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"],
  "resources": ["arn:aws:codecommit:'"$AWS_REGION:$ACCOUNT"':Shop"],
  "detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceType": ["branch"], "referenceName": ["master"]}}'
all_done

side_by_side aws events put-targets --rule codepipeline-Shop-master-418273-rule --targets \
  "Id=codepipeline-Shop,Arn=arn:aws:codepipeline:$AWS_REGION:$ACCOUNT:Shop,RoleArn=arn:aws:iam::$ACCOUNT:role/service-role/cwe-role-shop"
side_by_side aws codepipeline disable-stage-transition --pipeline-name Shop --stage-name Deploy \
  --transition-type Inbound --reason "Not on Fridays"
all_done
