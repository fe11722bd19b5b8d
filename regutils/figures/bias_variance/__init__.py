"""Figures of the chapter on bias and variance."""
