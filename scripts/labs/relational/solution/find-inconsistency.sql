SELECT customer_id, COUNT(DISTINCT address) AS addresses
FROM rental_wide
GROUP BY customer_id
HAVING COUNT(DISTINCT address) > 1;
