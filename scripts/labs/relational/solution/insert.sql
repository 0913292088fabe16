INSERT INTO category_copy (category_id, name, last_update) VALUES
  (17, 'Western', CURRENT_TIMESTAMP),
  (18, 'Film Noir', CURRENT_TIMESTAMP),
  (19, 'Silent', CURRENT_TIMESTAMP);
