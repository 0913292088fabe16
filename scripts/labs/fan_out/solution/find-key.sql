SELECT postalCode, count(*) AS places
FROM dim_locations
WHERE postalCode IS NOT NULL
GROUP BY postalCode
HAVING count(*) > 1;
