-- A small web shop: who may do what is meant to be interesting, the data is not. For psql, as a superuser, in an
-- empty database; passwords come from the environment: SHOP_REPORTING_PASSWORD, SHOP_CHECKOUT_PASSWORD.
\set ON_ERROR_STOP on
\getenv reporting_password SHOP_REPORTING_PASSWORD
\getenv checkout_password SHOP_CHECKOUT_PASSWORD

BEGIN;

-- Groups hold the grants, logins are members of groups.
CREATE ROLE shop_owner NOLOGIN;
CREATE ROLE shop_readers NOLOGIN;
CREATE ROLE shop_sales NOLOGIN IN ROLE shop_readers;
CREATE ROLE shop_reporting LOGIN PASSWORD :'reporting_password' IN ROLE shop_readers;
CREATE ROLE shop_checkout LOGIN PASSWORD :'checkout_password' IN ROLE shop_sales;
-- Reads everything by a predefined role, and nothing by a grant.
CREATE ROLE shop_auditor NOLOGIN IN ROLE pg_read_all_data;
-- A member that does not inherit: it has to SET ROLE first.
CREATE ROLE shop_admin NOLOGIN NOINHERIT IN ROLE shop_owner;

CREATE SCHEMA shop AUTHORIZATION shop_owner;
CREATE SCHEMA warehouse AUTHORIZATION shop_owner;
SET LOCAL ROLE shop_owner;

CREATE TABLE shop.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  country text NOT NULL DEFAULT 'DE'
);

CREATE TABLE shop.products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  price numeric(10, 2) NOT NULL CHECK (price >= 0),
  price_with_tax numeric(10, 2) GENERATED ALWAYS AS (price * 1.19) STORED
);

CREATE TABLE shop.orders (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_id bigint NOT NULL REFERENCES shop.customers,
  ordered_on date NOT NULL,
  PRIMARY KEY (id, ordered_on)
) PARTITION BY RANGE (ordered_on);
CREATE TABLE shop.orders_2025 PARTITION OF shop.orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.orders_2026 PARTITION OF shop.orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

CREATE TABLE shop.order_items (
  order_id bigint NOT NULL,
  ordered_on date NOT NULL,
  product_id bigint NOT NULL REFERENCES shop.products,
  quantity integer NOT NULL CHECK (quantity > 0),
  FOREIGN KEY (order_id, ordered_on) REFERENCES shop.orders
);

CREATE TABLE shop.payments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL,
  amount numeric(10, 2) NOT NULL,
  paid_at timestamptz NOT NULL DEFAULT now()
);

-- Everybody in the shop reads it; each role sees its own messages.
CREATE TABLE shop.messages (recipient name NOT NULL DEFAULT current_user, body text NOT NULL);
ALTER TABLE shop.messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_messages ON shop.messages USING (recipient = current_user);

CREATE VIEW shop.revenue_by_day AS
  SELECT ordered_on, sum(quantity * price) AS revenue
  FROM shop.order_items JOIN shop.products ON products.id = product_id
  GROUP BY ordered_on;

CREATE MATERIALIZED VIEW shop.bestsellers AS
  SELECT product_id, sum(quantity) AS sold FROM shop.order_items GROUP BY product_id;

CREATE TABLE warehouse.stock (product_id bigint PRIMARY KEY REFERENCES shop.products, pieces integer NOT NULL);

GRANT USAGE ON SCHEMA shop TO shop_readers;
GRANT SELECT ON shop.products, shop.orders, shop.orders_2025, shop.orders_2026, shop.order_items, shop.messages,
  shop.revenue_by_day, shop.bestsellers TO shop_readers;
-- Not the e-mail addresses.
GRANT SELECT (id, name, country) ON shop.customers TO shop_readers;

GRANT SELECT, INSERT, UPDATE ON shop.customers TO shop_sales;
GRANT INSERT, UPDATE, DELETE ON shop.orders, shop.order_items TO shop_sales;
-- A payment once made is never changed.
GRANT SELECT, INSERT ON shop.payments TO shop_sales;
-- Of no use: there is no USAGE on schema warehouse.
GRANT SELECT, UPDATE ON warehouse.stock TO shop_sales;

INSERT INTO shop.customers (name, email) VALUES ('Ada', 'ada@example.com'), ('Grace', 'grace@example.com');
INSERT INTO shop.products (title, price) VALUES ('Tea', 4.20), ('Teapot', 24.00);
INSERT INTO shop.orders (customer_id, ordered_on) VALUES (1, '2025-12-24'), (2, '2026-01-02');
INSERT INTO shop.order_items VALUES (1, '2025-12-24', 1, 3), (2, '2026-01-02', 2, 1);
INSERT INTO shop.payments (order_id, amount) VALUES (1, 12.60);
INSERT INTO warehouse.stock VALUES (1, 100), (2, 7);
REFRESH MATERIALIZED VIEW shop.bestsellers;

RESET ROLE;
CREATE EXTENSION conncheck;
COMMIT;
