"""The kinds of AWS resources, one file each; the tables of all of them (waves.py) are made when asked for.

A command that needs only one table of this room (providers.py) does not load every kind and the grammar.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.kinds.waves import BLOCKS as BLOCKS
    from pipectl.kinds.waves import KINDS as KINDS
    from pipectl.kinds.waves import READING_ORDER as READING_ORDER
    from pipectl.kinds.waves import REMOVAL_WAVES as REMOVAL_WAVES
    from pipectl.kinds.waves import SERVICES as SERVICES
    from pipectl.kinds.waves import VERSIONED as VERSIONED
    from pipectl.kinds.waves import WAVES as WAVES

_TABLES = ("BLOCKS", "KINDS", "READING_ORDER", "REMOVAL_WAVES", "SERVICES", "VERSIONED", "WAVES")


def __getattr__(name: str) -> Any:
    """A table of waves.py (PEP 562)."""
    if name not in _TABLES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from pipectl.kinds import waves

    return getattr(waves, name)
