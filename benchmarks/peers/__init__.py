"""Relucert beside other tools on the same questions, in the same run."""
