"""Recurrent networks, Turing machines, and what they are without recurrence."""
