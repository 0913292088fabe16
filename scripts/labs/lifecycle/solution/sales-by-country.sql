SELECT l.country, count(DISTINCT f.orderNumber) AS orders, sum(f.orderAmount) AS sales
FROM fact_orders f
JOIN dim_locations l ON l.locationKey = f.locationKey
GROUP BY l.country
ORDER BY sales DESC;
