"""Leave: the same system in the words of other tools, made from a spec without asking AWS."""
