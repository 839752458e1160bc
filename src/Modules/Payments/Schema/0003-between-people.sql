-- Money between people: what was asked for, sent, and is still to be done. The money itself moves in the ledger, under ids that follow
-- from these; what a row says about money is true because the ledger said so before.

-- Locked by whoever is about to send: two sends at once are counted one after the other.
create table payments.money_people (
  person bigint primary key,
  tier smallint not null default 1 check (tier between 0 and 2),
  -- Frozen: nothing goes out. Money may still come in.
  frozen_at timestamptz,
  frozen_why text,
  appeal text,
  appealed_at timestamptz,
  pin_hash text,
  pin_tries smallint not null default 0,
  pin_locked_until timestamptz,
  check ((frozen_at is null) = (frozen_why is null))
);
create index money_people_frozen on payments.money_people (frozen_at) where frozen_at is not null;

create table payments.money_transfers (
  id uuid primary key,                        -- follows from the sender and the key of their client
  request_hash bytea not null,
  sender bigint not null,
  receiver bigint,                            -- null until somebody who has not joined yet claims it
  thread bigint,                              -- null as long as there is none with the receiver
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  note text,
  bill uuid,
  share smallint,                             -- which share of the bill it pays
  state text not null check (state in ('created', 'waiting', 'unclaimed', 'sent', 'cancelled', 'returned', 'failed')),
  failure text check ((failure is not null) = (state = 'failed')),
  send_at timestamptz,                        -- with a delay: when it goes
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((bill is null) = (share is null)),
  check (sender <> receiver)
);
create index money_transfers_sender on payments.money_transfers (sender, created_at);
create index money_transfers_known on payments.money_transfers (sender, receiver) where state = 'sent';

-- What somebody asks of others: of one person, or of several who share a bill.
create table payments.money_bills (
  id uuid primary key,                        -- follows from the asker and the key of their client
  request_hash bytea not null,
  thread bigint not null,
  asker bigint not null,
  is_split boolean not null,
  amount_minor bigint not null check (amount_minor > 0), -- of the whole bill, with what the asker bears themselves
  currency text not null,
  note text,
  expires_at timestamptz not null,
  reminded_at timestamptz,
  reminders smallint not null default 0,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index money_bills_asker on payments.money_bills (asker, created_at);

create table payments.money_shares (
  bill uuid not null references payments.money_bills (id),
  number smallint not null,
  payer bigint not null,
  amount_minor bigint not null check (amount_minor > 0),
  state text not null check (state in ('open', 'paying', 'paid', 'declined', 'cancelled', 'expired')),
  transfer uuid,                              -- that pays it, or has paid it
  primary key (bill, number),
  unique (bill, payer),
  check ((state in ('paying', 'paid')) = (transfer is not null))
);

-- What has to be looked at, and when, whoever began it has died or not. Taken away in the transaction that leaves nothing to do.
create table payments.money_jobs (
  thing uuid primary key,
  kind text not null check (kind in ('transfer', 'bill', 'gift')),
  due_at timestamptz not null,
  tries int not null default 0
);
create index money_jobs_due on payments.money_jobs (due_at);
