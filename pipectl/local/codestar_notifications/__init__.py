"""CodeStar Notifications: rules that send the events of pipelines, projects and repositories to targets.

Sources: API reference of AWS CodeStar Notifications; Developer Tools console user guide, "Notifications". The
service documents no messages for most of its refusals; those are inferred unless a source stands beside them.
"""

from pipectl.local.codestar_notifications.service import CodeStarNotifications

SERVICE = CodeStarNotifications
