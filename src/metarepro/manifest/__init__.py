"""What results were made from and what they are, by content: a list of files with their sha256.

The last job of the workflow writes the list; `metarepro run`, `verify` and `changes` compare it
with what is there. Nothing here imports what takes long to load.
"""
