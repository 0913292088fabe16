SELECT order_year, count(DISTINCT orderNumber) AS orders,
       count(DISTINCT CASE WHEN shippedDate > requiredDate THEN orderNumber END) AS late_orders
FROM fact_orders
GROUP BY order_year;
