import pyodbc


def quoted(value):
    return "{" + str(value).replace("}", "}}") + "}"


def query(server, sql):
    text = (
        f"Driver={server['driver']};Server={server['host']};Port={server['port']};"
        f"UID={server['user']};PWD={quoted(server['password'])};Database={server['database']};"
        f"SSLmode=verify-full;pqopt={{sslrootcert={server['ca']}}};"
    )
    connection = pyodbc.connect(text)
    try:
        return [tuple(row) for row in connection.execute(sql).fetchall()]
    finally:
        connection.close()
