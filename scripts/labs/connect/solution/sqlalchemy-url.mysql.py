from sqlalchemy import URL


def url(server):
    made = URL.create(
        "mysql+pymysql",
        username=server["user"],
        password=server["password"],
        host=server["host"],
        port=server["port"],
        database=server["database"],
        query={"ssl_ca": server["ca"], "ssl_check_hostname": "true"},
    )
    return made.render_as_string(hide_password=False)
