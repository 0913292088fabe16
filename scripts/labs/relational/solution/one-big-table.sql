CREATE TABLE rental_wide AS
SELECT rental.rental_id, rental.rental_date, film.title,
       customer.customer_id, customer.first_name, customer.last_name, address.address
FROM rental
JOIN inventory ON inventory.inventory_id = rental.inventory_id
JOIN film ON film.film_id = inventory.film_id
JOIN customer ON customer.customer_id = rental.customer_id
JOIN address ON address.address_id = customer.address_id;
