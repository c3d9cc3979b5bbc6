"""A spec's system as a CloudFormation template: one file for each kind of things."""
