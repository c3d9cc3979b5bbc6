"""The first spec: what the folder tells, what the account offers, and the commented text that is written."""
