"""What reviewers ask for before anything is carried out: the permissions, and the calls."""
