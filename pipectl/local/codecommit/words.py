"""The service's own errors for members that are missing or malformed.

API reference: CodeCommit models an exception for each of them ("RepositoryNameRequiredException",
"InvalidRepositoryNameException", ...) and none for validation as such.
"""

from __future__ import annotations

import re

from pipectl.local.service import Refused

_FAULT = re.compile(r"Value (?P<value>null|'.*?') at '(?P<path>[A-Za-z][^']*)' failed", re.DOTALL)

_REQUIRED = {
    "repositoryName": "RepositoryNameRequiredException",
    "repositoryNames": "RepositoryNamesRequiredException",
    "oldName": "RepositoryNameRequiredException",
    "newName": "RepositoryNameRequiredException",
    "branchName": "BranchNameRequiredException",
    "defaultBranchName": "BranchNameRequiredException",
    "commitId": "CommitIdRequiredException",
    "commitIds": "CommitIdsListRequiredException",
    "afterCommitSpecifier": "CommitRequiredException",
    "commitSpecifier": "CommitRequiredException",
    "blobId": "BlobIdRequiredException",
    "afterBlobId": "BlobIdRequiredException",
    "filePath": "PathRequiredException",
    "folderPath": "PathRequiredException",
    "putFiles": "PathRequiredException",
    "deleteFiles": "PathRequiredException",
    "setFileModes": "PathRequiredException",
    "fileMode": "FileModeRequiredException",
    "fileContent": "FileContentRequiredException",
    "parentCommitId": "ParentCommitIdRequiredException",
    "resourceArn": "ResourceArnRequiredException",
    "tags": "TagsMapRequiredException",
    "tagKeys": "TagKeysListRequiredException",
    "kmsKeyId": "EncryptionKeyRequiredException",
    "triggers": "RepositoryTriggersListRequiredException",
    "name": "RepositoryTriggerNameRequiredException",
    "destinationArn": "RepositoryTriggerDestinationArnRequiredException",
    "events": "RepositoryTriggerEventsListRequiredException",
    "sourceCommitSpecifier": "CommitRequiredException",
    "destinationCommitSpecifier": "CommitRequiredException",
    "mergeOption": "MergeOptionRequiredException",
    "replacementType": "ReplacementTypeRequiredException",
    "approvalRuleTemplateName": "ApprovalRuleTemplateNameRequiredException",
    "oldApprovalRuleTemplateName": "ApprovalRuleTemplateNameRequiredException",
    "newApprovalRuleTemplateName": "ApprovalRuleTemplateNameRequiredException",
    "approvalRuleTemplateContent": "ApprovalRuleTemplateContentRequiredException",
    "newRuleContent": "ApprovalRuleTemplateContentRequiredException",
    "pullRequestId": "PullRequestIdRequiredException",
    "title": "TitleRequiredException",
    "description": "InvalidDescriptionException",
    "targets": "TargetsRequiredException",
    "sourceReference": "ReferenceNameRequiredException",
    "pullRequestStatus": "PullRequestStatusRequiredException",
    "revisionId": "RevisionIdRequiredException",
    "approvalState": "ApprovalStateRequiredException",
    "overrideStatus": "OverrideStatusRequiredException",
    "approvalRuleName": "ApprovalRuleNameRequiredException",
    "approvalRuleContent": "ApprovalRuleContentRequiredException",
    "commentId": "CommentIdRequiredException",
    "inReplyTo": "CommentIdRequiredException",
    "content": "CommentContentRequiredException",
    "beforeCommitId": "CommitIdRequiredException",
    "afterCommitId": "CommitIdRequiredException",
    "reactionValue": "ReactionValueRequiredException",
}
_INVALID = {
    "repositoryName": "InvalidRepositoryNameException",
    "repositoryNames": "InvalidRepositoryNameException",
    "oldName": "InvalidRepositoryNameException",
    "newName": "InvalidRepositoryNameException",
    "repositoryDescription": "InvalidRepositoryDescriptionException",
    "branchName": "InvalidBranchNameException",
    "defaultBranchName": "InvalidBranchNameException",
    "sortBy": "InvalidSortByException",
    "order": "InvalidOrderException",
    "fileMode": "InvalidFileModeException",
    "setFileModes": "InvalidFileModeException",
    "fileContent": "FileContentSizeLimitExceededException",
    "tags": "InvalidTagsMapException",
    "tagKeys": "InvalidTagKeysListException",
    "kmsKeyId": "EncryptionKeyInvalidIdException",
    "events": "InvalidRepositoryTriggerEventsException",
    "mergeOption": "InvalidMergeOptionException",
    "conflictDetailLevel": "InvalidConflictDetailLevelException",
    "conflictResolutionStrategy": "InvalidConflictResolutionStrategyException",
    "replacementType": "InvalidReplacementTypeException",
    "content": "FileContentSizeLimitExceededException",
    "targetBranch": "InvalidTargetBranchException",
    "approvalRuleTemplateName": "InvalidApprovalRuleTemplateNameException",
    "oldApprovalRuleTemplateName": "InvalidApprovalRuleTemplateNameException",
    "newApprovalRuleTemplateName": "InvalidApprovalRuleTemplateNameException",
    "approvalRuleTemplateContent": "InvalidApprovalRuleTemplateContentException",
    "approvalRuleTemplateDescription": "InvalidApprovalRuleTemplateDescriptionException",
    "newRuleContent": "InvalidApprovalRuleTemplateContentException",
    "title": "InvalidTitleException",
    "description": "InvalidDescriptionException",
    "pullRequestStatus": "InvalidPullRequestStatusException",
    "pullRequestEventType": "InvalidPullRequestEventTypeException",
    "approvalState": "InvalidApprovalStateException",
    "overrideStatus": "InvalidOverrideStatusException",
    "approvalRuleName": "InvalidApprovalRuleNameException",
    "approvalRuleContent": "InvalidApprovalRuleContentException",
    "relativeFileVersion": "InvalidRelativeFileVersionEnumException",
    "location": "InvalidRelativeFileVersionEnumException",
}


def in_own_words(refusal: Refused, operation: str) -> Refused:
    """The same refusal under the code that the model gives the first wrong member"""
    fault = _FAULT.search(refusal.message) if refusal.code == "ValidationException" else None
    if fault is None:
        return refusal
    path = fault["path"].split(".")
    outer, inner = path[0], [part for part in path if part.isalpha() and part != "member"][-1]
    if fault["value"] == "null":
        code = _REQUIRED.get(inner, refusal.code)
    else:
        code = _INVALID.get(outer) or _INVALID.get(inner, refusal.code)
    if "PullRequest" in operation:  # both kinds of rules name their content `newRuleContent`
        code = code.replace("ApprovalRuleTemplate", "ApprovalRule")
    return Refused(code, refusal.message)
