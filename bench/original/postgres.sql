-- The original's tables: text, floating point, and no currency beside the sums.
CREATE TABLE transactions (
  transactionId   varchar PRIMARY KEY,
  userId          varchar,
  transactionType varchar,
  amount          double precision,
  currency        varchar,
  transactionDate timestamp(3),
  category        varchar,
  merchant        varchar,
  location        varchar
);

CREATE TABLE sales_per_category (
  category    varchar PRIMARY KEY,
  total_sales double precision
);

CREATE TABLE sales_per_day (
  sale_day    date PRIMARY KEY,
  total_sales double precision
);

CREATE TABLE sales_per_month (
  year_num    integer,
  month_num   integer,
  total_sales double precision,
  PRIMARY KEY (year_num, month_num)
);
