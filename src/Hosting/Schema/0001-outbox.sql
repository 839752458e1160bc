-- News for modules above, stored in the same transaction as the change it tells of.
-- One consumer per topic; rows of one key are consumed in the order of id, which is their commit order as long as the
-- writer holds a lock on what the key names (a thread's row, a purchase's row) until it commits.
create table hosting.outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key bigint not null,
  body jsonb not null,
  created_at timestamptz not null default now()
);
create index outbox_topic on hosting.outbox (topic, id);
