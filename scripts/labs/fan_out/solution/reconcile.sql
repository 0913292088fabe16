WITH source AS (
  SELECT count(*) AS source_lines, sum(quantityOrdered * priceEach) AS source_total FROM orderdetails
),
published AS (
  SELECT count(*) AS published_lines, sum(orderAmount) AS published_total FROM fact_orders
)
SELECT source_lines, source_total, published_lines, published_total
FROM source
CROSS JOIN published;
