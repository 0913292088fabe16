from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

CHANGE = text("UPDATE account SET balance = balance + :amount WHERE id = :id")


def book(url, transfers):
    engine = create_engine(url)
    return [done(engine, *transfer) for transfer in transfers]


def done(engine, source, target, amount):
    try:
        with engine.begin() as connection:
            for account, change in ((source, -amount), (target, amount)):
                result = connection.execute(CHANGE, {"id": account, "amount": change})
                if result.rowcount != 1:
                    connection.rollback()
                    return False
    except DBAPIError:
        return False
    return True
