"""Cochrane reviews from their own data files: conventions, recomputation, audit, forest plots."""
