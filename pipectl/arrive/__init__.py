"""Arrive: a spec for what lives in AWS already. Reads only; what it cannot say, it tells."""
