-- The star schema that the job makes, for the learner's own lake: each place has a key of its own.
CREATE TABLE dim_customers AS
SELECT customernumber, customername, contactlastname, contactfirstname, phone, addressline1, addressline2, creditlimit
FROM customers;

CREATE TABLE dim_products AS
SELECT p.productcode, p.productname, p.productline, p.productscale, p.productvendor, p.productdescription,
       l.textdescription AS productlinedescription
FROM products p
JOIN productlines l ON l.productline = p.productline;

CREATE TABLE dim_locations AS
SELECT row_number() OVER (ORDER BY country, state, city, postalcode) AS locationkey, country, state, city, postalcode
FROM (SELECT DISTINCT country, state, city, postalcode FROM customers);

CREATE TABLE dim_dates AS
WITH span AS (
  SELECT date_trunc('year', min(orderdate)) AS first, date_add('year', 1, date_trunc('year', max(requireddate))) AS after
  FROM orders
)
SELECT day AS calendardate, CAST(year(day) AS integer) AS year, CAST(quarter(day) AS integer) AS quarter,
       CAST(month(day) AS integer) AS month, date_format(day, '%M') AS monthname, CAST(day(day) AS integer) AS day,
       CAST(day_of_week(day) AS integer) AS dayofweek, date_format(day, '%W') AS dayname
FROM span
CROSS JOIN UNNEST(sequence(first, date_add('day', -1, after), INTERVAL '1' DAY)) AS days(day);

CREATE TABLE fact_orders AS
SELECT d.ordernumber, d.orderlinenumber, o.customernumber, l.locationkey, d.productcode, o.orderdate, o.requireddate,
       o.shippeddate, o.status, o.comments, d.quantityordered, d.priceeach, d.quantityordered * d.priceeach AS orderamount,
       p.buyprice, p.msrp,
       CAST(year(o.orderdate) AS integer) AS order_year, CAST(month(o.orderdate) AS integer) AS order_month
FROM orderdetails d
JOIN orders o ON o.ordernumber = d.ordernumber
JOIN products p ON p.productcode = d.productcode
JOIN customers c ON c.customernumber = o.customernumber
JOIN dim_locations l
  ON l.country IS NOT DISTINCT FROM c.country
 AND l.state IS NOT DISTINCT FROM c.state
 AND l.city IS NOT DISTINCT FROM c.city
 AND l.postalcode IS NOT DISTINCT FROM c.postalcode;
