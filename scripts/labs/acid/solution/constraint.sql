ALTER TABLE stock ADD CONSTRAINT stock_covers_reservations
  CHECK (quantity >= 0 AND reserved >= 0 AND reserved <= quantity);
