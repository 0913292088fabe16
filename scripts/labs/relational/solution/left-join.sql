SELECT film.film_id, film.title, COUNT(inventory.inventory_id) AS copies
FROM film
LEFT JOIN inventory ON inventory.film_id = film.film_id
GROUP BY film.film_id, film.title;
