"""The engine: compares what is wanted with what was found, and carries out the difference."""
