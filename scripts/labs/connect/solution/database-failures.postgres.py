import psycopg


def diagnose(servers):
    return [word(server) for server in servers]


def word(server):
    try:
        connect(server).close()
    except psycopg.OperationalError as error:
        said = str(error)
        if "password authentication failed" in said:
            return "password"
        if "no encryption" in said:
            return "tls"
        if "certificate" in said:
            return "certificate"
        return "name" if "resolve host" in said or "translate host name" in said else "port"
    return "ok"


def connect(server):
    verified = {"sslmode": "verify-full", "sslrootcert": server["ca"]}
    return psycopg.connect(
        host=server["host"],
        port=server["port"],
        user=server["user"],
        password=server["password"],
        dbname=server["database"],
        connect_timeout=5,
        **(verified if server["tls"] else {"sslmode": "disable"}),
    )
