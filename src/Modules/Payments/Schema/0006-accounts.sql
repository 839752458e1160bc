-- A merchant's own account at a processor. Stored rows name it as 'stripe:<id>'; one that was unlinked stays, for what was paid through it.
create table payments.merchant_accounts (
  id bigint primary key,
  page bigint not null,
  processor text not null check (processor in ('stripe', 'paypal', 'braintree')),
  live boolean not null,
  settings jsonb not null,                  -- what is no secret: publishable keys, ids
  secrets bytea not null,                   -- sealed under a key from outside the database, bound to the id
  created_at timestamptz not null,
  tested_at timestamptz,                    -- when one unit was last sent and came back
  ended_at timestamptz
);
create unique index merchant_accounts_one on payments.merchant_accounts (page) where ended_at is null;

-- What a connector has sent, so that a key never goes out with another body, nor after its processor has forgotten it.
create table payments.sent_requests (
  processor text not null,
  request_key text not null,
  request_hash bytea not null,
  reference text not null,
  hint text,                                -- where to look for it: the customer's id, say
  processor_ref text,
  sent_at timestamptz not null,
  primary key (processor, request_key)
);
create index sent_requests_reference on payments.sent_requests (processor, reference);

-- People as a processor's account knows them.
create table payments.processor_customers (
  processor text not null,
  person bigint not null,
  ref text not null,
  primary key (processor, person)
);
