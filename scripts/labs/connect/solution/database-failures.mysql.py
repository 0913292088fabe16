import socket
import ssl

import pymysql


def diagnose(servers):
    return [word(server) for server in servers]


def word(server):
    try:
        connect(server).close()
    except pymysql.err.OperationalError as error:
        # A server that takes only encrypted connections may speak of the password too.
        if error.args[0] in (1045, 3159):
            return "password" if server["tls"] else "tls"
        cause = error.original_exception
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate"
        return "name" if isinstance(cause, socket.gaierror) else "port"
    return "ok"


def connect(server):
    return pymysql.connect(
        host=server["host"],
        port=server["port"],
        user=server["user"],
        password=server["password"],
        database=server["database"],
        connect_timeout=5,
        **({"ssl": {"ca": server["ca"]}} if server["tls"] else {"ssl_disabled": True}),
    )
