"""pipectl: one YAML file describes a delivery pipeline on AWS, and this makes AWS look like it."""

__version__ = "0.1.0"
