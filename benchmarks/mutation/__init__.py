"""Mutation testing: do the property tests notice a small mistake in a construction?"""
