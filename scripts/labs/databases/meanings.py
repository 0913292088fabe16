"""What a server's refusal of a learner's statement means, in one sentence."""

REFUSED = "The server did not accept a statement."

MYSQL = {
    1064: "The server cannot read a statement: something is misspelt or in the wrong place.",
    1054: "A statement names a column that no table in it has.",
    1146: "A statement names a table that does not exist.",
    1142: "A statement changes what belongs to the dataset: work in the table that the exercise names.",
    1044: "A statement reaches for a database that is not yours.",
    1062: "A row with that key is there already.",
    1050: "The table exists already.",
    1055: "A column is neither grouped by nor aggregated.",
}

POSTGRES = {
    "42601": MYSQL[1064],
    "42703": MYSQL[1054],
    "42P01": MYSQL[1146],
    "42501": MYSQL[1142],
    "23505": MYSQL[1062],
    "42P07": MYSQL[1050],
    "42803": MYSQL[1055],
}
