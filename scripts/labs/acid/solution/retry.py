import random
import time

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

READ = text("SELECT quantity FROM stock WHERE product = :product")
WRITE = text("UPDATE stock SET quantity = :left WHERE product = :product")


def sell(url, product, amount):
    engine = create_engine(url, isolation_level="SERIALIZABLE")
    for attempt in range(10):
        try:
            with engine.begin() as connection:
                left = connection.execute(READ, {"product": product}).scalar_one() - amount
                if left < 0:
                    return False
                connection.execute(WRITE, {"product": product, "left": left})
        except DBAPIError as error:
            if not given_up(error.orig):
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
        else:
            return True
    raise TimeoutError("Somebody else was quicker, ten times in a row.")


def given_up(error):
    return getattr(error, "sqlstate", None) in ("40001", "40P01") or error.args[0] == 1213
