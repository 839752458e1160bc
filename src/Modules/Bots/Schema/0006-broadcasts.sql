-- Messages prepared to be sent to many. Attachments by address were fetched when it was made and stand in it by their ids.
create table bots.message_creatives (
  page_id bigint not null,
  id bigint not null,
  message jsonb not null,
  created_at timestamptz not null,
  primary key (page_id, id)
);

-- One message to many people, as a job. Its recipients are written down when it begins; who comes later gets nothing of it.
create table bots.broadcasts (
  page_id bigint not null,
  id bigint not null,
  app_id bigint not null,
  message jsonb not null,
  -- messaging_type, tag, notification_type, as they were sent.
  request jsonb not null,
  -- Whom it is for, as it was sent; null: everybody the page knows.
  targeting jsonb,
  status text not null check (status in ('SCHEDULED', 'IN_PROGRESS', 'PAUSED', 'FINISHED', 'CANCELED')),
  scheduled_at timestamptz not null,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  -- The caller's Idempotency-Key: the same again is the same broadcast.
  key text,
  primary key (page_id, id),
  unique (page_id, app_id, key)
);
create index broadcasts_due on bots.broadcasts (scheduled_at) where status in ('SCHEDULED', 'IN_PROGRESS');

-- state: 0 waiting, 1 sent, 2 refused. A crash leaves some waiting that were sent: the id of their message makes the second try the first.
create table bots.broadcast_recipients (
  page_id bigint not null,
  broadcast_id bigint not null,
  person_id bigint not null,
  psid bigint not null,
  state smallint not null default 0,
  primary key (page_id, broadcast_id, person_id)
);
create index broadcast_recipients_waiting on bots.broadcast_recipients (page_id, broadcast_id, person_id) where state = 0;

create table bots.reach_estimations (
  page_id bigint not null,
  id bigint not null,
  reach bigint not null,
  created_at timestamptz not null,
  primary key (page_id, id)
);

-- What a day (Pacific time, as the platform counts) saw in each conversation, for the page's own insights.
create table bots.conversation_days (
  page_id bigint not null,
  day date not null,
  thread_id bigint not null,
  is_new boolean not null,
  acts int not null,
  answers int not null,
  primary key (page_id, day, thread_id)
);
