UPDATE category_copy SET name = UPPER(name) WHERE category_id IN (17, 18, 19);
