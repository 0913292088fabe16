CREATE TABLE account (
  id INT PRIMARY KEY,
  owner VARCHAR(40) NOT NULL,
  balance DECIMAL(10, 2) NOT NULL,
  CONSTRAINT account_has_no_debts CHECK (balance >= 0)
);
INSERT INTO account VALUES (1, 'Ana', 500.00), (2, 'Ben', 300.00), (3, 'Cleo', 40.00);

CREATE TABLE stock (
  product VARCHAR(40) PRIMARY KEY,
  quantity INT NOT NULL,
  reserved INT NOT NULL
);
INSERT INTO stock VALUES ('camera', 4, 4), ('projector', 10, 2), ('screen', 6, 0);

CREATE TABLE duty (
  technician VARCHAR(40) PRIMARY KEY,
  on_duty INT NOT NULL
);
INSERT INTO duty VALUES ('Dora', 1), ('Emil', 1), ('Finn', 0);
