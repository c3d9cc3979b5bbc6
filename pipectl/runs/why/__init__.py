"""Why a commit is not live: one answer, found by looking at AWS. Each kind of answer has its file."""
