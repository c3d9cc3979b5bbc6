"""Typed reads: what AWS answers, as values with their judgement."""
