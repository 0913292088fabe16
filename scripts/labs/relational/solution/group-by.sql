SELECT rating, COUNT(*) AS films, ROUND(AVG(length), 1) AS average_length
FROM film
GROUP BY rating;
