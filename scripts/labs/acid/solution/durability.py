import contextlib

import boto3
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

INSERT = text("INSERT INTO orders VALUES (:id)")


def crash(instance):
    rds = boto3.client("rds")
    rds.reboot_db_instance(DBInstanceIdentifier=instance, ForceFailover=True)
    available = rds.get_waiter("db_instance_available")
    available.wait(DBInstanceIdentifier=instance, WaiterConfig={"Delay": 1, "MaxAttempts": 900})


def survivors(url, instance):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(INSERT, {"id": 1})
    with contextlib.suppress(DBAPIError), engine.connect() as connection:
        connection.execute(INSERT, {"id": 2})
        crash(instance)
    engine.dispose()
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT id FROM orders ORDER BY id")))
