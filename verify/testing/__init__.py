"""For authors of transforms: Hypothesis strategies and assertions."""
