-- Whether every call of the app must carry the proof that its caller knows the secret.
alter table bots.apps add column require_proof boolean not null default false;

-- What a page saved to send again by its id, which is that of the media.
create table bots.attachments (
  page_id bigint not null,
  id bigint not null,
  type text not null,
  created_at timestamptz not null,
  primary key (page_id, id)
);
create index attachments_created on bots.attachments (created_at);

-- Pictures that a page named by address in what it sent. Fetched when somebody first looks; people see our copy alone.
create table bots.pictures (
  page_id bigint not null,
  url_sha256 bytea not null,
  url text not null,
  media_id bigint,
  tried_at timestamptz,
  primary key (page_id, url_sha256)
);

-- Who of a business speaks. Never deleted: messages go on to show them.
create table bots.personas (
  page_id bigint not null,
  id bigint not null,
  name text not null,
  picture_url text not null,
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (page_id, id)
);

-- What people allowed a page by a tap of theirs: one message (one_time), or messages now and then (messages). Made from the event, once.
create table bots.optins (
  page_id bigint not null,
  token text not null,
  person_id bigint not null,
  thread_id bigint not null,
  seq bigint not null,
  kind text not null check (kind in ('one_time', 'messages')),
  payload text not null,
  title text,
  frequency text,
  timezone text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  next_at timestamptz not null,
  used_client_id uuid,
  stopped_at timestamptz,
  primary key (page_id, token)
);
create unique index optins_event on bots.optins (thread_id, seq);
