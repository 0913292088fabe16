-- The star schema that the job makes, for the learner's own lake: each place has a key of its own.
CREATE TABLE dim_customers AS
SELECT customernumber, customername, contactlastname, contactfirstname, phone, addressline1, addressline2, creditlimit
FROM customers;

CREATE TABLE dim_products AS
SELECT p.productcode, p.productname, p.productline, p.productscale, p.productvendor, p.productdescription
FROM products p;

CREATE TABLE dim_locations AS
SELECT row_number() OVER (ORDER BY country, state, city, postalcode) AS locationkey, country, state, city, postalcode
FROM (SELECT DISTINCT country, state, city, postalcode FROM customers);

CREATE TABLE fact_orders AS
SELECT d.ordernumber, d.orderlinenumber, o.customernumber, l.locationkey, d.productcode, o.orderdate, o.requireddate,
       o.shippeddate, o.status, d.quantityordered, d.priceeach, d.quantityordered * d.priceeach AS orderamount,
       p.buyprice, p.msrp, year(o.orderdate) AS order_year, month(o.orderdate) AS order_month
FROM orderdetails d
JOIN orders o ON o.ordernumber = d.ordernumber
JOIN products p ON p.productcode = d.productcode
JOIN customers c ON c.customernumber = o.customernumber
JOIN dim_locations l
  ON l.country IS NOT DISTINCT FROM c.country
 AND l.state IS NOT DISTINCT FROM c.state
 AND l.city IS NOT DISTINCT FROM c.city
 AND l.postalcode IS NOT DISTINCT FROM c.postalcode;
