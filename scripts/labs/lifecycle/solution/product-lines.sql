SELECT p.productLine, sum(f.orderAmount) AS sales, sum(f.quantityOrdered * (f.priceEach - f.buyPrice)) AS margin
FROM fact_orders f
JOIN dim_products p ON p.productCode = f.productCode
GROUP BY p.productLine;
