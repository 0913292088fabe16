DELETE FROM category_copy WHERE category_id IN (17, 18, 19);
