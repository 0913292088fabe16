SELECT count(*) AS lost_lines, sum(f.orderAmount) AS lost_sales
FROM fact_orders f
LEFT JOIN dim_locations l ON l.postalCode = f.postalCode
WHERE l.country IS NULL;
