SELECT customer.first_name, customer.last_name, SUM(payment.amount) AS paid
FROM customer
JOIN payment ON payment.customer_id = customer.customer_id
GROUP BY customer.customer_id, customer.first_name, customer.last_name
ORDER BY paid DESC, customer.customer_id;
