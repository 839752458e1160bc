create schema payments;

-- Cards a person has saved at a processor. Never a number: the processor's reference, and what one tells cards apart by.
create table payments.methods (
  id uuid primary key,
  person bigint not null,
  processor text not null,
  processor_ref text not null,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  exp_month smallint not null check (exp_month between 1 and 12),
  exp_year smallint not null check (exp_year between 2000 and 2199),
  is_default boolean not null,
  created_at timestamptz not null,
  deleted_at timestamptz,
  unique (processor, processor_ref)
);
create index methods_person on payments.methods (person, created_at);
create unique index methods_one_default on payments.methods (person) where is_default and deleted_at is null;

create table payments.purchases (
  id uuid primary key,
  person bigint not null,
  thread bigint not null,
  seq bigint not null,                      -- of the message with the button
  element smallint,                         -- index in a carousel; null: the button stands in the template itself
  button smallint not null,
  page bigint not null,
  merchant_name text not null,
  payload text not null,
  requested_user_info text[] not null,
  lines jsonb not null,                     -- [{"label": …, "amountMinor": …}]
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  is_test boolean not null,
  method_kind text not null check (method_kind in ('card', 'balance')),
  method uuid references payments.methods (id),
  method_brand text,
  method_last4 text,
  processor text,                           -- null: paid from the balance
  state text not null check (state in ('created', 'confirming', 'authorising', 'requires_action', 'captured', 'failed', 'unknown', 'refunded')),
  failure text check ((failure is not null) = (state = 'failed')),
  action_url text check ((action_url is not null) = (state = 'requires_action')),
  cancel_asked boolean not null default false,
  disputed boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Work on it. The lease is in database time and fences: every write names the number it was got with.
  lease bigint not null default 0,
  lease_until timestamptz,
  nudges bigint not null default 0,         -- counts what asked for a look, so that none is lost while one looks
  looks int not null default 0,             -- looks since the state last changed; the pause between them grows with it
  look_at timestamptz,                      -- domain time; null: nothing is left to do
  check ((method_kind = 'card') = (method is not null)),
  check ((method_kind = 'card') = (processor is not null))
);
-- A button is being paid, or is paid, at most once. A failed try makes room for another.
create unique index purchases_one_live on payments.purchases (thread, seq, coalesce(element, -1), button) where state <> 'failed';
create index purchases_to_look_at on payments.purchases (look_at) where look_at is not null;

-- What a person's key stands for. A second device's key stands for the purchase that it found under way, for ever: when that one
-- fails, a late repeat of the key must not begin another.
create table payments.purchase_keys (
  person bigint not null,
  key uuid not null,
  request_hash bytea not null,
  purchase uuid not null references payments.purchases (id),
  primary key (person, key)
);

-- Written before a processor is called, so that a crash between call and answer leaves something to ask about.
create table payments.attempts (
  request_key text primary key,
  purchase uuid not null references payments.purchases (id),
  operation text not null check (operation in ('charge', 'refund')),
  processor text not null,
  amount_minor bigint not null,
  currency text not null,
  processor_ref text,
  created_at timestamptz not null,
  unique (purchase, operation)
);
create index attempts_ref on payments.attempts (processor, processor_ref);

-- Everything that was seen of a purchase, also what was ignored.
create table payments.observations (
  id bigint generated always as identity primary key,
  purchase uuid not null references payments.purchases (id),
  seen text not null,
  state_before text not null,
  state_after text not null,
  verdict text not null check (verdict in ('applied', 'repeated', 'ignored', 'contradicts')),
  at timestamptz not null
);
create index observations_purchase on payments.observations (purchase, id);

-- A processor tells of the same event as often as it likes.
create table payments.processor_events (
  processor text not null,
  event text not null,
  received_at timestamptz not null,
  primary key (processor, event)
);
