WITH shown AS (
  SELECT l.country, sum(f.orderAmount) AS shown_sales
  FROM fact_orders f
  JOIN dim_locations l ON l.postalCode = f.postalCode
  GROUP BY l.country
),
truth AS (
  SELECT c.country, sum(d.quantityOrdered * d.priceEach) AS true_sales
  FROM orderdetails d
  JOIN orders o ON o.orderNumber = d.orderNumber
  JOIN customers c ON c.customerNumber = o.customerNumber
  GROUP BY c.country
)
SELECT truth.country, shown_sales, true_sales
FROM truth
LEFT JOIN shown ON shown.country = truth.country;
