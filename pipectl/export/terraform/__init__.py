"""A spec's system as Terraform configuration, with import blocks: one file for each kind of things."""
