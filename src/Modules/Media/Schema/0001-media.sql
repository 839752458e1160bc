-- Uploads: what is stored where, and what uses it.
create schema media;

-- What each person holds and how often they began an upload: the row is locked by every change of either, so that no two uploads
-- at once slip under one limit.
create table media.people (
  person bigint primary key,
  bytes bigint not null default 0 check (bytes >= 0), -- the sum of media.items.charged
  hour timestamptz not null,
  uploads_in_hour int not null,
  day timestamptz not null,
  uploads_in_day int not null
);

-- Every blob that may lie in the store. A row is written before its blob and goes after it, so none is ever forgotten there.
-- States: 0 planned (nothing refers to it yet), 1 kept, 2 doomed.
create table media.blobs (
  name text collate "C" primary key check (name ~ '^[0-9a-f]{32}$'),
  bytes bigint not null check (bytes >= 0),
  state smallint not null default 0 check (state between 0 and 2),
  since timestamptz not null default now() -- of the state, in the database's time: it is about processes being alive
);
create index blobs_unkept on media.blobs (since) where state <> 1;

-- States: 0 uploading, 1 finished, 2 refused.
create table media.items (
  id bigint primary key,
  owner bigint not null,
  client_id uuid,
  state smallint not null default 0 check (state between 0 and 2),
  declared_type text not null,
  name text not null,
  length bigint not null check (length > 0), -- as announced
  received bigint not null default 0 check (received between 0 and length),
  parts int not null default 0,
  charged bigint not null check (charged >= 0),
  -- Who appends to it or checks it just now; in the database's time.
  writer uuid,
  writer_until timestamptz,
  refusal_code text,
  refusal_detail text,
  kind text check (kind in ('image', 'video', 'audio', 'file')),
  type text,
  bytes bigint,
  width int,
  height int,
  duration_ms int,
  waveform bytea check (length(waveform) <= 100),
  blob text collate "C" unique references media.blobs,
  thumbnail text collate "C" unique references media.blobs,
  thumbnail_type text,
  thumbnail_bytes int,
  thumbnail_sent bytea, -- SHA-256 of the thumbnail as it came, to know it when it comes again
  created_at timestamptz not null,
  finished_at timestamptz,
  reclaim_at timestamptz, -- null while something uses it
  unique (owner, client_id),
  check ((state = 1) = (blob is not null)),
  check (state <> 1 or (kind is not null and type is not null and bytes is not null and received = length)),
  check ((state = 2) = (refusal_code is not null))
);
create index items_reclaim on media.items (reclaim_at) where reclaim_at is not null;
create index items_unchecked on media.items (id) where state = 0 and received = length;

-- What has come of an unfinished upload, gap-free from 0.
create table media.parts (
  media_id bigint not null references media.items on delete cascade,
  start bigint not null,
  bytes int not null check (bytes > 0),
  blob text collate "C" not null references media.blobs,
  primary key (media_id, start)
);

-- Events that use an upload. The reference is the last wall: what is used cannot be deleted.
create table media.uses (
  thread bigint not null,
  seq bigint not null,
  media_id bigint not null references media.items,
  place int not null,
  kind text not null,
  primary key (thread, seq, media_id)
);
create index uses_media on media.uses (media_id, thread, seq);
create index uses_shown on media.uses (thread, seq desc, place desc);
