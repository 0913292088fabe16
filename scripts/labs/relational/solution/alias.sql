SELECT title, ROUND(rental_rate / rental_duration, 2) AS price_per_day FROM film;
