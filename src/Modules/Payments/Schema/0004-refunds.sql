-- Money that went back, or is asked to. Written before a processor or the ledger is asked; the key of that request follows from the id.
create table payments.refunds (
  purchase uuid not null references payments.purchases (id),
  id uuid not null,
  page bigint not null,
  key uuid not null,                        -- the merchant's: twice is once
  request_hash bytea not null,
  amount_minor bigint not null check (amount_minor > 0),
  reason text,
  state text not null check (state in ('pending', 'succeeded', 'failed')),
  failure text check ((failure is not null) = (state = 'failed')),
  processor_ref text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (purchase, id),
  unique (page, key)
);

alter table payments.purchases
  add column refunded_minor bigint not null default 0 check (refunded_minor between 0 and amount_minor),
  add column dispute text check (dispute in ('needs_response', 'under_review', 'won', 'lost')),
  -- The number by which payment events name the purchase to bots: sixteen digits, made of the last eight bytes of its id.
  add column payment_id bigint not null generated always as (7000000000000000 + mod(
    get_byte(uuid_send(id), 8)::numeric + get_byte(uuid_send(id), 9)::numeric * 256 + get_byte(uuid_send(id), 10)::numeric * 65536
    + get_byte(uuid_send(id), 11)::numeric * 16777216 + get_byte(uuid_send(id), 12)::numeric * 4294967296 + get_byte(uuid_send(id), 13)::numeric * 1099511627776
    + get_byte(uuid_send(id), 14)::numeric * 281474976710656 + get_byte(uuid_send(id), 15)::numeric * 72057594037927936, 1900000000000000)) stored;
update payments.purchases set refunded_minor = amount_minor where state = 'refunded';
alter table payments.purchases
  drop constraint purchases_state_check,
  add constraint purchases_state_check check (state in (
    'created', 'confirming', 'authorising', 'requires_action', 'captured', 'failed', 'unknown', 'partly_refunded', 'refunded')),
  -- A state names the refunds that it has.
  add check ((refunded_minor > 0) = (state in ('partly_refunded', 'refunded')));
create index purchases_page on payments.purchases (page, id);
create index purchases_payment_id on payments.purchases (page, payment_id);

-- The sandbox's refunds, as objects of their own.
alter table payments.sandbox_payments add column dispute text;
create table payments.sandbox_refunds (
  ref text primary key,
  request_key text not null unique,
  request_hash bytea not null,
  reference text not null,
  payment text not null references payments.sandbox_payments (ref),
  amount_minor bigint not null check (amount_minor > 0),
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  created_at timestamptz not null
);
create index sandbox_refunds_reference on payments.sandbox_refunds (reference);
alter table payments.sandbox_events add column refund text references payments.sandbox_refunds (ref);
