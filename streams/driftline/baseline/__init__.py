"""Baselines: what a model's data looked like, and what may change."""
