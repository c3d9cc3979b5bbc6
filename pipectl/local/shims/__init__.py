"""Programs that stand first on a build's PATH: `docker`, and `aws` where the real one is missing.

They run in processes of their own, once per command: but for `aws` they import the standard library only.
"""
