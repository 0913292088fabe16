SELECT film.title, COUNT(*) AS rentals
FROM rental
JOIN inventory ON inventory.inventory_id = rental.inventory_id
JOIN film ON film.film_id = inventory.film_id
GROUP BY film.film_id, film.title
ORDER BY rentals DESC, film.title
LIMIT 10;
