import time

import boto3


def crawl(name, role, database, path):
    glue = boto3.client("glue")
    glue.create_crawler(Name=name, Role=role, DatabaseName=database, Targets={"S3Targets": [{"Path": path}]})
    glue.start_crawler(Name=name)
    while glue.get_crawler(Name=name)["Crawler"]["State"] != "READY":
        time.sleep(0.5)
    found = {}
    for page in glue.get_paginator("get_tables").paginate(DatabaseName=database):
        for table in page["TableList"]:
            columns = table["StorageDescriptor"]["Columns"] + table.get("PartitionKeys", [])
            found[table["Name"]] = sorted(each["Name"] for each in columns)
    return found
