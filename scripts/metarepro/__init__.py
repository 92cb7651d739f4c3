"""Reproduction of meta-analyses: pure functions on DataFrames and dataclasses."""
