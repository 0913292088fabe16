SELECT title, length FROM film WHERE rating = 'PG' AND length > 120;
