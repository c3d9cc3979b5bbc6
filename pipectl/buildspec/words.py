"""The keys and words of buildspecs (user guide, "Build specification reference")."""

import re

VERSIONS = ("0.1", "0.2")
TOP = ("version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache")
OLD_VARIABLES = "environment_variables"
"""The `env` of version 0.1, with the variables under `plaintext` ("Buildspec versions")."""
PHASES = ("install", "pre_build", "build", "post_build")
PHASE = ("run-as", "on-failure", "runtime-versions", "commands", "finally")
COMMANDS = ("commands", "finally")
ENV = (
    "shell",
    "variables",
    "parameter-store",
    "secrets-manager",
    "exported-variables",
    "git-credential-helper",
)
FILES = (
    "files",
    "name",
    "discard-paths",
    "base-directory",
    "exclude-paths",
    "enable-symlinks",
    "s3-prefix",
)
ARTIFACTS = (*FILES, "secondary-artifacts")
REPORT = ("files", "base-directory", "discard-paths", "file-format")
COVERAGE_FORMATS = ("CLOVERXML", "COBERTURAXML", "JACOCOXML", "SIMPLECOV")
TEST_FORMATS = ("CUCUMBERJSON", "JUNITXML", "NUNITXML", "NUNIT3XML", "TESTNGXML", "VISUALSTUDIOTRX")
MOST_REPORTS = 5
LINUX_SHELLS = ("bash", "/bin/bash", "sh", "/bin/sh")
WINDOWS_SHELLS = ("powershell.exe", "cmd.exe", "pwsh.exe")
"""pwsh.exe is inferred: the guide lists the other two."""
ON_FAILURE = re.compile(r"(?i:abort|continue|retry)|(?i:retry)-.+", re.DOTALL)
"""ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex, RETRY-count-regex; the guide spells `Retry` both ways."""
VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
TRUE = ("yes", "true", "on")
