-- Gifts to a group: the whole is put aside at once, members take a portion each, and what nobody takes returns.
create table payments.money_gifts (
  id uuid primary key,                        -- follows from the giver and the key of their client
  request_hash bytea not null,
  thread bigint not null,
  giver bigint not null,
  account bigint not null unique,             -- owner of the ledger's account that keeps it: one for each gift
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  note text,
  is_random boolean not null,
  state text not null check (state in ('created', 'open', 'ending', 'finished', 'returned', 'failed')),
  failure text check ((failure is not null) = (state = 'failed')),
  expires_at timestamptz not null,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index money_gifts_giver on payments.money_gifts (giver, created_at);

-- How much is in which is decided when it is given, so that nobody's coming late or early changes it.
create table payments.money_portions (
  gift uuid not null references payments.money_gifts (id),
  number smallint not null,
  amount_minor bigint not null check (amount_minor > 0),
  state text not null check (state in ('free', 'claiming', 'claimed', 'returned')),
  claimer bigint,
  claimed_at timestamptz,
  primary key (gift, number),
  unique (gift, claimer),
  check ((state in ('claiming', 'claimed')) = (claimer is not null))
);
