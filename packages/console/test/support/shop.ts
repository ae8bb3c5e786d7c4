/** A small database with one of everything that a schema has. */
export const SHOP: string = `
  CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE product(maker TEXT, code INT, price REAL DEFAULT 1.5, PRIMARY KEY (maker, code)) STRICT, WITHOUT ROWID;
  CREATE TABLE line(
    customer INTEGER REFERENCES customer(id) ON DELETE CASCADE,
    maker TEXT, code INT,
    count INTEGER DEFAULT 1,
    price REAL,
    total AS (count * price),
    FOREIGN KEY (maker, code) REFERENCES product
  );
  CREATE INDEX line_customer ON line(customer, count + 1) WHERE customer IS NOT NULL;
  CREATE VIEW spent AS SELECT name, sum(total) AS sum FROM customer JOIN line ON line.customer = customer.id GROUP BY customer.id;
  CREATE VIEW broken AS SELECT * FROM gone;
  CREATE TRIGGER line_added AFTER INSERT ON line BEGIN UPDATE product SET price = new.price WHERE maker = new.maker; END;
  INSERT INTO customer VALUES (1, 'Ada'), (2, 'Grace');
  INSERT INTO product VALUES ('x', 1, 2.0);
  INSERT INTO line(customer, maker, code, price) VALUES (1, 'x', 1, 2.5), (1, 'x', 1, 3.0), (2, 'x', 1, 10);
`;
