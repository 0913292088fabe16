import pymysql


def query(server, sql):
    connection = pymysql.connect(
        host=server["host"],
        port=server["port"],
        user=server["user"],
        password=server["password"],
        database=server["database"],
        ssl={"ca": server["ca"]},
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
