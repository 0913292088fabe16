"""The job from a real database to the catalog, through the API only."""

from tests.glue_jobs.conftest import Job


def test_first(job: Job) -> None:
    run = job.run()
    print(run, job.printed(run, "output"), job.printed(run, "error")[-3000:])
