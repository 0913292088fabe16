import psycopg


def query(server, sql):
    connection = psycopg.connect(
        host=server["host"],
        port=server["port"],
        user=server["user"],
        password=server["password"],
        dbname=server["database"],
        sslmode="verify-full",
        sslrootcert=server["ca"],
    )
    with connection:
        return connection.execute(sql).fetchall()
