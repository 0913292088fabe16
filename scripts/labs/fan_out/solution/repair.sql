CREATE TABLE dim_locations_repaired AS
SELECT row_number() OVER (ORDER BY country, state, city, postalCode) AS locationKey, country, state, city, postalCode
FROM (SELECT DISTINCT country, state, city, postalCode FROM customers);

CREATE TABLE fact_orders_repaired AS
SELECT d.orderNumber, d.orderLineNumber, d.productCode, o.customerNumber, l.locationKey, o.orderDate,
       d.quantityOrdered, d.priceEach, d.quantityOrdered * d.priceEach AS orderAmount
FROM orderdetails d
JOIN orders o ON o.orderNumber = d.orderNumber
JOIN customers c ON c.customerNumber = o.customerNumber
JOIN dim_locations_repaired l
  ON l.country IS NOT DISTINCT FROM c.country
 AND l.state IS NOT DISTINCT FROM c.state
 AND l.city IS NOT DISTINCT FROM c.city
 AND l.postalCode IS NOT DISTINCT FROM c.postalCode;
