SELECT title, length, rating FROM film;
