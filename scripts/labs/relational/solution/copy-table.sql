CREATE TABLE category_copy AS SELECT * FROM category;
