"""Proofs about recurrent networks, attention and shared weights, reduced to ordinary claims."""
