"""The spec room: from YAML text to a Spec, every mistake with its place. Knows no AWS."""
