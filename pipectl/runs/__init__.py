"""The runs room: what runs in a pipeline, as values. Knows AWS' answers, draws nothing."""
