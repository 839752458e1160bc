-- What people do to a conversation beside writing in it. Every change is an event of the log; what it leads to is stored in the same commit.
alter table threads.threads
  -- The newest event that one reads, as against changes of older ones: the inbox shows it and is ordered by its instant.
  add last_message_seq bigint not null default 0,
  -- How long messages live; null for ever. Applies to what is sent from then on.
  add retention_seconds int check (retention_seconds between 1 and 366 * 86400),
  -- Only owners and admins write.
  add announcements boolean not null default false;
update threads.threads set last_message_seq = last_seq;

alter table threads.members
  add role smallint not null default 3 check (role in (1, 2, 3)),        -- 1 owner, 2 admin, 3 member; matters in groups
  -- Nothing at or before this number is theirs to see.
  add from_seq bigint not null default 0,
  -- Of a stranger, and not accepted yet: reading is allowed, writing is not.
  add is_request boolean not null default false;
update threads.members m set role = 1 from threads.threads t where t.id = m.thread_id and t.kind = 3;

-- 1 message, 2 system, 3 payment; changes of an earlier event: 4 edit, 5 unsend, 6 reaction, 7 pin, 8 vote.
-- From 100 on: what was 1 … and has lost its content. It keeps its number and counts as unread no more.
alter table threads.events drop constraint events_kind_check;
alter table threads.events add constraint events_kind_check check (kind between 1 and 8 or kind = 101);
alter table threads.events add expires_at timestamptz;
create index events_expiring on threads.events (expires_at) where expires_at is not null;

-- What has become of an event since: members that take the place of those in its body, or stand beside them.
-- changedSeq says up to which change they are true.
create table threads.states (
  thread_id bigint not null,
  seq bigint not null,
  state json not null,
  primary key (thread_id, seq)
);

-- One reaction of a member to an event.
create table threads.reactions (
  thread_id bigint not null,
  seq bigint not null,
  member_id bigint not null,
  emoji text not null,
  at timestamptz not null,
  primary key (thread_id, seq, member_id)
);

-- What a member has deleted for themselves.
create table threads.hidden (
  thread_id bigint not null,
  member_id bigint not null,
  seq bigint not null,
  primary key (thread_id, member_id, seq)
);
