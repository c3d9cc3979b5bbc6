"""The render room: a value goes in, a string comes out. Prints nothing and knows no AWS."""
