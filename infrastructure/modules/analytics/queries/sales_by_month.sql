-- How do sales go from month to month?
SELECT order_year,
       order_month,
       count(DISTINCT orderNumber) AS orders,
       sum(orderAmount)            AS sales
FROM fact_orders
GROUP BY order_year, order_month
ORDER BY order_year, order_month
