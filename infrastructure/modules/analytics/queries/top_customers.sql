-- Who are the ten customers that bought for most?
SELECT c.customerName,
       count(DISTINCT f.orderNumber) AS orders,
       sum(f.orderAmount)            AS sales
FROM fact_orders f
JOIN dim_customers c ON c.customerNumber = f.customerNumber
GROUP BY c.customerNumber, c.customerName
ORDER BY sales DESC
LIMIT 10
