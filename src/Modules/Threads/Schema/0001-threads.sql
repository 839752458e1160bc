-- Conversations. Every hot table's key begins with the thread: that is what it would be sharded by.
create schema if not exists threads;

create table threads.threads (
  id bigint primary key,
  kind smallint not null check (kind in (1, 2, 3)),          -- 1 direct, 2 business, 3 group
  title text,
  -- Who a direct or business thread is between, so that it is made once: the smaller and the greater person, or the page and the person.
  party_a bigint,
  party_b bigint,
  page_id bigint generated always as (case when kind = 2 then party_a end) stored,
  last_seq bigint not null default 0,
  -- Rises with every change of who is a member: a list in a node's memory with an older number is not used.
  members_version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((kind = 3) = (party_a is null) and (kind = 3) = (party_b is null) and (kind <> 1 or party_a < party_b))
);
create unique index threads_parties on threads.threads (kind, party_a, party_b) where kind in (1, 2);
create index threads_direct_other on threads.threads (party_b) where kind = 1;

-- A member and what is theirs in the thread. Markers move forward only.
create table threads.members (
  thread_id bigint not null references threads.threads,
  member_id bigint not null,
  is_page boolean not null,
  read_seq bigint not null default 0,
  delivered_seq bigint not null default 0,
  joined_at timestamptz not null,
  blocked_at timestamptz,                                    -- since when the other side takes nothing from them
  primary key (thread_id, member_id)
) with (fillfactor = 80);
create index members_member on threads.members (member_id, thread_id);

-- The log. Numbers are given under the thread's row lock and have no gaps; the two unique keys are the fence.
-- No foreign key to the thread: it cost 10 to 15 % of every append, and the append reads the thread's row under lock anyway.
create table threads.events (
  thread_id bigint not null,
  seq bigint not null,
  sender bigint not null,
  client_id uuid not null,
  kind smallint not null check (kind in (1, 2, 3)),          -- 1 message, 2 system, 3 payment
  at timestamptz not null,
  body json not null,                                        -- as sent, byte for byte
  primary key (thread_id, seq) include (sender, kind)        -- with what unread is counted by
);
create unique index events_once on threads.events (thread_id, sender, client_id);
