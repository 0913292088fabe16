"""What a learner's lake holds: the dataset's tables as Parquet, and what the lab makes of them first."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from scripts.errors import BadInputError
from scripts.labs.databases import LearnerDatabase
from scripts.labs.lake import parquet
from scripts.labs.lake.athena import Athena

if TYPE_CHECKING:
    from scripts.labs.workspace import Workspace

#: Rows of a table that a lake takes: thirty times those of the labs' scale.
_ROWS = 100_000


class Lake:
    """A learner's bucket, and two databases of the catalog on it: one to play in, one that checks run in.

    Parameters
    ----------
    session
        The target's.
    workspace
        Whose it is: the bucket is ``lab-<id>-lake``, the databases ``lab_<id>`` and ``lab_<id>_check``.
    """

    def __init__(self, session: boto3.Session, workspace: Workspace) -> None:
        self._session = session
        self.bucket = workspace.name("lake")
        self.database = workspace.database_user
        self.checked = f"{self.database}_check"

    def athena(self, *, checked: bool = False) -> Athena:
        """Athena in one of the databases."""
        name = self.checked if checked else self.database
        return Athena(self._session, name, f"s3://{self.bucket}/results/")

    def exists(self) -> bool:
        """Whether both databases are there."""
        glue = self._session.client("glue")
        try:
            for name in (self.database, self.checked):
                glue.get_database(Name=name)
        except glue.exceptions.EntityNotFoundException:
            return False
        return True

    def make(self, source: LearnerDatabase, setup: str) -> None:
        """Make it anew.

        Parameters
        ----------
        source
            The learner's copy of the dataset, on MySQL; each of its tables goes to ``source/<table>/``.
        setup
            Athena's SQL that makes what the lab begins with, in both databases.

        Raises
        ------
        BadInputError
            The dataset was loaded at a scale that is not for labs; nothing was made or removed.
        """
        with source.session() as database:
            tables = [str(table) for (table,) in database.run("SHOW TABLES").rows]
            for table in tables:
                ((rows,),) = database.run(f"SELECT count(*) FROM {table}").rows  # noqa: S608
                if rows > _ROWS:
                    dataset = source.copies.dataset
                    raise BadInputError(
                        f"{dataset} is loaded with {rows:,} {table}; a lake of your own takes {_ROWS:,} rows "
                        "a table.",
                        f"Load it as the course has it, then try again: lab seed {dataset}",
                    )
        self.remove()
        s3, glue = self._session.client("s3"), self._session.client("glue")
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=self.bucket, **self._place())
        for name in (self.database, self.checked):
            glue.create_database(DatabaseInput={"Name": name})
        with source.session() as database:
            for table in tables:
                found = parquet.of_table(database.run(f"SELECT * FROM {table}", limit=_ROWS))  # noqa: S608
                body = io.BytesIO()
                pq.write_table(found, body, compression="snappy")
                folder = f"source/{table}/"
                s3.put_object(Bucket=self.bucket, Key=f"{folder}part-0.parquet", Body=body.getvalue())
                described: Any = parquet.description(table, found.schema, f"s3://{self.bucket}/{folder}")
                for name in (self.database, self.checked):
                    glue.create_table(DatabaseName=name, TableInput=described)
        for checked in (False, True):
            self.athena(checked=checked).script(setup)

    def remove(self) -> None:
        """Remove the databases and what they hold; the bucket stays, for whoever removes all of a name."""
        glue = self._session.client("glue")
        for name in (self.database, self.checked):
            with suppress(glue.exceptions.EntityNotFoundException):
                glue.delete_database(Name=name)
        try:
            self._session.resource("s3").Bucket(self.bucket).objects.all().delete()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise

    def _place(self) -> dict[str, Any]:
        region = self._session.region_name
        if region == "us-east-1":
            return {}
        return {"CreateBucketConfiguration": {"LocationConstraint": region}}
