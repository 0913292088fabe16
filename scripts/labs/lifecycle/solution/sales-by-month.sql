SELECT order_year, order_month, sum(orderAmount) AS sales
FROM fact_orders
GROUP BY order_year, order_month
ORDER BY order_year, order_month;
