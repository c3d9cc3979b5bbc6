"""Buildspecs: the one grammar that the rules, the importer and the local CodeBuild read.

User guide of CodeBuild, "Build specification reference" and "Batch build buildspec reference".
"""
