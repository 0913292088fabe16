CREATE TABLE address_copy AS SELECT * FROM address;
UPDATE address_copy SET address = '1 New Street'
WHERE address_id = (SELECT address_id FROM customer WHERE customer_id = 1);
