-- What people do with messages: votes, pins, mentions, forwards, disappearing.
alter table threads.events
  -- The event that a change is about; null for what is read by itself. Who may not see that one sees nothing of the change but this number.
  add of_seq bigint;
-- The versions of a message, and what must lose its text with it.
create index events_edits on threads.events (thread_id, of_seq, seq) where kind = 4;
-- Only what has not lost its content yet: the sweeper's look stays short however much has expired before.
drop index threads.events_expiring;
create index events_to_expire on threads.events (expires_at) where kind = 1 and expires_at is not null;

-- By the number of the reaction, so that a list of them has a place to go on from.
alter table threads.reactions add change_seq bigint not null default 0;
create index reactions_by_change on threads.reactions (thread_id, seq, change_seq);

-- Whose view a change of an event must leave out.
create index hidden_by_event on threads.hidden (thread_id, seq);

-- What a member has voted for; no row without a vote.
create table threads.votes (
  thread_id bigint not null,
  seq bigint not null,
  member_id bigint not null,
  options smallint[] not null check (cardinality(options) between 1 and 12),
  at timestamptz not null,
  primary key (thread_id, seq, member_id)
);

create table threads.pins (
  thread_id bigint not null,
  seq bigint not null,
  member_id bigint not null,                                 -- who pinned it
  at timestamptz not null,
  primary key (thread_id, seq)
);

-- Who is named in a message. Member 0 is everybody in the thread: no row per member is written.
-- Rows go when the message is unsent or swept away after it has expired.
create table threads.mentions (
  thread_id bigint not null,
  seq bigint not null,
  member_id bigint not null,
  primary key (thread_id, seq, member_id)
);
create index mentions_member on threads.mentions (thread_id, member_id, seq);

-- Messages that quote another one: the quoted words go when that one loses its content.
create table threads.quotes (
  thread_id bigint not null,
  of_seq bigint not null,
  seq bigint not null,
  primary key (thread_id, of_seq, seq)
);

-- How much a person has forwarded in the minute that began then. In the database, so that it holds on all nodes together.
create table threads.forwarders (
  person bigint primary key,
  minute timestamptz not null,
  count int not null,
  often_at timestamptz                                       -- when they last passed on what has been forwarded often
);
