"""Fuzz the reader of tables."""

from tests.fuzz.harness import fuzz, read_table

from metarepro.tabular.input_tables import CLUSTERS

HEADER = b"trial_id,n_clusters,source,locator,note\n"
SEEDS = [
    HEADER + b"ann2001,12,https://example.org,table 1,\n",
    HEADER + b'bob2002,1e2,"a ""quoted"" text","two, words",\xc3\xa9\r\n',
    b"\xef\xbb\xbf" + HEADER,
]

if __name__ == "__main__":
    fuzz("csv", lambda path: read_table(path, CLUSTERS), SEEDS)
