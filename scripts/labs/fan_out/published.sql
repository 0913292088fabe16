-- The star schema as it was published: places are known by their postal code alone.
CREATE TABLE dim_customers AS
SELECT customernumber, customername, contactlastname, contactfirstname, phone, addressline1, addressline2, creditlimit
FROM customers;

CREATE TABLE dim_locations AS
SELECT DISTINCT postalcode, city, state, country
FROM customers;

CREATE TABLE fact_orders AS
SELECT d.orderlinenumber, d.ordernumber, o.customernumber, l.postalcode, d.productcode, o.orderdate, o.status,
       d.quantityordered, d.priceeach, d.quantityordered * d.priceeach AS orderamount
FROM orderdetails d
JOIN orders o ON o.ordernumber = d.ordernumber
JOIN customers c ON c.customernumber = o.customernumber
LEFT JOIN dim_locations l ON l.postalcode = c.postalcode;
