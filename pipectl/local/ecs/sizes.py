"""Sizes of tasks: how cpu and memory are spelled, and the pairs that Fargate has."""

from __future__ import annotations

import re

from pipectl.facts.fargate import SIZES
from pipectl.local.ecs.names import client_error

_CPU = re.compile(r"(\d+)|(\d*\.?\d+) ?vcpus?", re.IGNORECASE)
_MEMORY = re.compile(r"(\d+)|(\d*\.?\d+) ?gb", re.IGNORECASE)
_UNITS = 1024  # CPU units of a vCPU, MiB of a GB
LEAST_CPU, MOST_CPU = 128, 196_608  # API reference, RegisterTaskDefinition.cpu, on EC2


def cpu_units(text: str) -> int:
    """CPU units of "1024", "1 vCPU" or ".5 vcpu" (API reference, RegisterTaskDefinition.cpu)"""
    return _amount(_CPU, text, "cpu")


def mebibytes(text: str) -> int:
    """MiB of "512", "1GB" or "2 GB" (API reference, RegisterTaskDefinition.memory)"""
    return _amount(_MEMORY, text, "memory")


def _amount(pattern: re.Pattern[str], text: str, member: str) -> int:
    found = pattern.fullmatch(text.strip())
    if not found:
        raise client_error(f"Invalid '{member}' setting for task.")
    plain, scaled = found.groups()
    return int(plain) if plain else int(float(scaled) * _UNITS)


def fits_fargate(cpu: int, memory: int) -> bool:
    """Whether Fargate has tasks of this size"""
    return memory in SIZES.get(cpu, ())


def check_fargate_size(cpu: int, memory: int) -> None:
    """Refuse what Fargate does not have (developer guide, "Invalid CPU or memory")"""
    if cpu not in SIZES:
        raise client_error("Invalid 'cpu' setting for task.")
    if not fits_fargate(cpu, memory):
        raise client_error("No Fargate configuration exists for given values.")


def check_ec2_cpu(cpu: int) -> None:
    """Refuse what no task may have (API reference, RegisterTaskDefinition.cpu)"""
    if not LEAST_CPU <= cpu <= MOST_CPU:
        raise client_error("Invalid 'cpu' setting for task.")
