-- What merchants ask for delivery to an address: one row for each question, which never changes once it is answered.
create table payments.quotes (
  person bigint not null,
  id uuid not null,                         -- follows from the person and their key: twice is once
  request_hash bytea not null,
  thread bigint not null,
  seq bigint not null,                      -- of the message with the button
  element smallint,
  button smallint not null,
  page bigint not null,
  address jsonb not null,
  state text not null check (state in ('asking', 'offered', 'failed')),
  failure text check ((failure is not null) = (state = 'failed')),
  options jsonb check ((options is not null) = (state = 'offered')),
  superseded boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (person, id)
);
create unique index quotes_one_counts on payments.quotes (person, thread, seq, coalesce(element, -1), button) where not superseded;
create index quotes_recent on payments.quotes (person, created_at);

-- What a person wants kept for the next purchase.
create table payments.payer_details (
  person bigint primary key,
  details jsonb not null,
  updated_at timestamptz not null
);

alter table payments.purchases
  add column quote uuid,                    -- of a button whose price depends on it
  add column shipping jsonb,                -- {"id": …, "title": …}, as chosen
  add column details jsonb;                 -- what the button asked of the payer, and nothing else
