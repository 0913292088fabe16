-- Do the figures agree? One row: 'agree' or 'differ', the order lines and their sum, and both again joined with every dimension.
WITH alone AS (
  SELECT count(*) AS lines, coalesce(sum(orderAmount), 0) AS total
  FROM fact_orders
),
keys AS (
  SELECT count(*) AS lines
  FROM (SELECT DISTINCT orderNumber, productCode FROM fact_orders)
),
joined AS (
  SELECT count(*) AS lines, coalesce(sum(f.orderAmount), 0) AS total
  FROM fact_orders f
  JOIN dim_customers c ON c.customerNumber = f.customerNumber
  JOIN dim_products p ON p.productCode = f.productCode
  JOIN dim_locations l ON l.locationKey = f.locationKey
  JOIN dim_dates d ON d.calendarDate = f.orderDate
)
SELECT CASE
         WHEN a.lines = k.lines AND a.lines = j.lines AND a.total = j.total THEN 'agree'
         ELSE 'differ'
       END     AS figures,
       a.lines AS lines,
       a.total AS total,
       j.lines AS joined_lines,
       j.total AS joined_total
FROM alone a
CROSS JOIN keys k
CROSS JOIN joined j
