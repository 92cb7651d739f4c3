"""Columns, cells, tables: read, checked, written."""
