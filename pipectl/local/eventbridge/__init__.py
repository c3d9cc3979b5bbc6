"""EventBridge: which rules an event meets, what their targets get, and how schedules are written."""
