"""The talk with AWS: one narrow door, `Cloud.call`, worn in layers."""
