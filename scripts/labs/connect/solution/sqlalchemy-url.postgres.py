from sqlalchemy import URL


def url(server):
    made = URL.create(
        "postgresql+psycopg",
        username=server["user"],
        password=server["password"],
        host=server["host"],
        port=server["port"],
        database=server["database"],
        query={"sslmode": "verify-full", "sslrootcert": server["ca"]},
    )
    return made.render_as_string(hide_password=False)
