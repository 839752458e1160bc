create schema bots;

-- A business's identity. The profile holds the Messenger profile's properties as they were sent.
create table bots.pages (
  id bigint primary key,
  username text collate "C" not null unique,
  name text not null,
  category text not null,
  about text not null,
  color text,
  verified boolean not null,
  profile jsonb not null default '{}',
  created_at timestamptz not null
);

-- A developer's program. The secret is readable only with the key file in the data directory.
create table bots.apps (
  id bigint primary key,
  name text not null,
  secret bytea not null,
  callback_url text,
  fields text[] not null default '{}',
  created_at timestamptz not null
);

-- Page access tokens: a token is known by its SHA-256 alone.
create table bots.tokens (
  sha256 bytea primary key,
  app_id bigint not null references bots.apps,
  page_id bigint not null references bots.pages,
  created_at timestamptz not null,
  last_used_at timestamptz
);

-- Joins an app to a page. Fields null: all that the app takes. Never deleted, so that the numbers of its lanes go on.
create table bots.subscriptions (
  id bigint primary key,
  page_id bigint not null references bots.pages,
  app_id bigint not null references bots.apps,
  fields text[],
  active boolean not null,
  created_at timestamptz not null,
  unique (page_id, app_id)
);
create index subscriptions_app on bots.subscriptions (app_id);

-- A person as one page knows them.
create table bots.page_scoped_ids (
  page_id bigint not null,
  person_id bigint not null,
  psid bigint not null unique,
  primary key (page_id, person_id)
);

-- What the policy decides by: the person's last act, the page's last message, and what a purchase grants.
create table bots.conversations (
  thread_id bigint primary key,
  act_seq bigint not null default 0,
  act_at timestamptz,
  answer_seq bigint not null default 0,
  late_act_seq bigint not null default 0,
  late_client_id uuid,
  updates_until timestamptz
);

-- What an echo needs beside the event; kept only for pages that are echoed.
create table bots.sends (
  thread_id bigint not null,
  client_id uuid not null,
  app_id bigint not null,
  metadata text,
  created_at timestamptz not null,
  primary key (thread_id, client_id)
);

-- One lane per thread and subscription. next_number is the oldest delivery that is not finished; a lane with
-- next_number > last_number is empty. due_at is domain time, leased_until database time. The fence rises with each
-- lease: who lost it changes nothing any more.
create table bots.lanes (
  thread_id bigint not null,
  subscription_id bigint not null,
  app_id bigint not null,
  last_number bigint not null,
  next_number bigint not null default 1,
  due_at timestamptz not null,
  fence bigint not null default 0,
  leased_until timestamptz,
  primary key (thread_id, subscription_id)
);
create index lanes_due on bots.lanes (app_id, due_at) where next_number <= last_number;

-- state: 0 waiting, 1 delivered, 2 parked, 3 overtaken (a question that was decided before its turn).
-- body is the exact text that is sent and signed: pure ASCII.
create table bots.deliveries (
  thread_id bigint not null,
  subscription_id bigint not null,
  number bigint not null,
  webhook_id uuid not null,
  field text not null,
  body text not null,
  event_seq bigint,
  purchase uuid,
  state smallint not null default 0,
  attempts int not null default 0,
  refusals int not null default 0,
  created_at timestamptz not null,
  first_tried_at timestamptz,
  finished_at timestamptz,
  primary key (thread_id, subscription_id, number)
);
create index deliveries_finished on bots.deliveries (finished_at) where finished_at is not null;

-- Every try, for whoever asks why.
create table bots.delivery_attempts (
  thread_id bigint not null,
  subscription_id bigint not null,
  number bigint not null,
  attempt int not null,
  at timestamptz not null,
  status int,
  latency_ms int not null,
  error text,
  primary key (thread_id, subscription_id, number, attempt),
  foreign key (thread_id, subscription_id, number) references bots.deliveries on delete cascade
);

-- The merchant's word on a purchase. outcome: 0 accepted, 1 refused, 2 no answer; set once, never changed.
create table bots.pre_checkouts (
  purchase uuid primary key,
  page_id bigint not null,
  expires_at timestamptz not null,
  outcome smallint
);
create index pre_checkouts_expires on bots.pre_checkouts (expires_at);
