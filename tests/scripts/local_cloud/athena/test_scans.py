"""Which conditions of a query choose the partitions that are read."""

from scripts.local_cloud.athena.scans import Scan
from scripts.local_cloud.athena.tables import Table
from scripts.local_cloud.athena.types import INTEGER


def test_a_condition_that_draws_a_random_number_chooses_no_partition() -> None:
    table = Table("d", "t", [("x", INTEGER)], [("p", INTEGER)], "s3://b/t/", "parquet")
    scan = Scan(table, "r1", {"x": "c1", "p": "c2"})
    scan.prune(['(r1."c2" = 1)', '(random() < r1."c2")', '(r1."c1" = 1)'])
    assert scan.conditions == ['(r1."c2" = 1)']
