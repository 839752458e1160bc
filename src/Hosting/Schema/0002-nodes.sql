-- The nodes that run now. Hints with a short life, so without a log of their own: after a crash of the database each node writes its row again.
create unlogged table hosting.nodes (
  id uuid primary key,
  number bigint generated always as identity,                -- in the order in which they came
  place text not null,                                       -- machine and data directory: one node at a time works there
  address text,                                              -- where clients reach it; null until it listens
  version text not null,
  seen_at timestamptz not null default statement_timestamp(),
  ready_for bigint not null default 0                        -- it is prepared for all nodes up to this number
);

-- Work that one node does at a time. The fence rises with each change of hands and never falls, so this table has a log.
create table hosting.leases (
  name text primary key,
  holder uuid not null,
  fence bigint not null,
  until timestamptz not null
);
