-- The sandbox processor: a remote service in all but distance. No other part of Payments reads or writes these tables.
create table payments.sandbox_cards (
  ref text primary key,
  customer bigint not null,
  token text not null unique,
  brand text not null,
  last4 text not null,
  exp_month smallint not null,
  exp_year smallint not null,
  deleted_at timestamptz
);

create table payments.sandbox_payments (
  ref text primary key,
  request_key text not null unique,
  request_hash bytea not null,
  reference text not null,
  card text not null,
  amount_minor bigint not null,
  currency text not null,
  status text not null check (status in ('requires_action', 'processing', 'authorised', 'captured', 'failed', 'voided', 'refunded')),
  failure text,
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0 check (refunded_minor <= captured_minor),
  disputed boolean not null default false,
  challenge text unique,
  challenge_expires_at timestamptz,
  created_at timestamptz not null
);
create index sandbox_payments_reference on payments.sandbox_payments (reference);

-- Captures and refunds, by their request key.
create table payments.sandbox_operations (
  request_key text primary key,
  request_hash bytea not null,
  payment text not null references payments.sandbox_payments (ref)
);

-- What the sandbox is going to do and tell later.
create table payments.sandbox_events (
  id uuid primary key,
  payment text not null references payments.sandbox_payments (ref),
  becomes text,                             -- the status that the payment takes on when the event is due
  due_at timestamptz not null,
  copies smallint not null,                 -- how often it is told: webhooks come twice
  told_at timestamptz
);
create index sandbox_events_due on payments.sandbox_events (due_at) where told_at is null;

create table payments.sandbox_secret (
  one boolean primary key default true check (one),
  webhook_secret bytea not null default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
);
insert into payments.sandbox_secret default values;
