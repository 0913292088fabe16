import time

import boto3

ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"}


def run_job(name, arguments):
    glue = boto3.client("glue")
    run_id = glue.start_job_run(JobName=name, Arguments=arguments)["JobRunId"]
    while True:
        run = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        if run["JobRunState"] in ENDED:
            return {"state": run["JobRunState"], "error": run.get("ErrorMessage")}
        time.sleep(0.2)
