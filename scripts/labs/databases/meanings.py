"""What a server's refusal of a learner's statement means, in one sentence."""

REFUSED = "The server did not accept a statement."

MYSQL = {
    1064: "The server cannot read a statement: something is misspelt or in the wrong place.",
    1054: "A statement names a column that no table in it has.",
    1146: "A statement names a table that does not exist.",
    1142: "A statement changes what belongs to the dataset, or names a table that is not there: "
    "work in the table that the exercise names.",
    1044: "A statement reaches for a database that is not yours.",
    1062: "A row with that key is there already.",
    1050: "The table exists already.",
    1055: "A column is neither grouped by nor aggregated.",
    1205: "A statement waited too long for a row that another transaction has locked.",
    1213: "Two transactions waited for each other, and the server gave up this one.",
    1452: "A row refers to one that does not exist.",
    # MariaDB's, and MySQL's.
    4025: "A row breaks a CHECK constraint.",
    3819: "A row breaks a CHECK constraint.",
}

POSTGRES = {
    "42601": MYSQL[1064],
    "42703": MYSQL[1054],
    "42P01": MYSQL[1146],
    "42501": MYSQL[1142],
    "23505": MYSQL[1062],
    "42P07": MYSQL[1050],
    "42803": MYSQL[1055],
    "55P03": MYSQL[1205],
    "40P01": MYSQL[1213],
    "40001": "Another transaction changed what this one has read, and the server gave up this one.",
    "25P02": "A statement of the transaction failed before, so that it can only be rolled back.",
    "23503": MYSQL[1452],
    "23514": MYSQL[3819],
}
