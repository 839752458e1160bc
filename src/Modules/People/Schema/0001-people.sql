-- Who people are. A demo person has no password and signs in with one click, in the demo world only.
create schema if not exists people;

create table people.people (
  id bigint primary key,
  handle text collate "C" not null unique check (handle ~ '^[a-z0-9_.]{3,32}$'),
  name text not null,
  locale text not null,
  about text,
  demo boolean not null default false,
  password_hash text,
  created_at timestamptz not null
);

-- The folded words by which a person is found: the handle and each word of the name, by their beginnings.
create table people.search_words (
  word text collate "C" not null,
  person_id bigint not null references people.people on delete cascade,
  primary key (word, person_id)
);
create index search_words_person on people.search_words (person_id);

-- A session is known by the SHA-256 of its token: the table gives nobody a way in.
create table people.sessions (
  id uuid primary key,
  token_sha256 bytea not null unique,
  person_id bigint not null references people.people on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  -- The database's clock, so that every node sees an end in the same order.
  ended_at timestamptz
);
create index sessions_ended on people.sessions (ended_at) where ended_at is not null;
create index sessions_expiring on people.sessions (expires_at) where ended_at is null;

-- How often something that must be limited across nodes was tried in a window of time.
create table people.tries (
  subject text collate "C" not null,
  window_start timestamptz not null,
  tries int not null,
  primary key (subject, window_start)
);
create index tries_old on people.tries (window_start);
