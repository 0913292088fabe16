SELECT c.customerName, sum(f.orderAmount) AS sales
FROM fact_orders f
JOIN dim_customers c ON c.customerNumber = f.customerNumber
GROUP BY c.customerNumber, c.customerName
ORDER BY sales DESC
LIMIT 10;
