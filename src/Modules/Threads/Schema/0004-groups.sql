-- Groups: who decides what in them, how many they are, and the links by which one joins.
alter table threads.threads
  add about text,
  -- A media id. It is used at number 0 of the thread: whoever is a member may read it, whatever their from_seq.
  add picture bigint,
  -- Who joins sees what came before.
  add history_shown boolean not null default false,
  add members_may_add boolean not null default false,
  -- Kept by every change of who is in; a group at its bound is refused without counting thousands of rows.
  add member_count int not null default 0 check (member_count >= 0),
  -- Of a group: its maker's id for the making of it, so that making it twice is once.
  add made_by bigint,
  add made_as uuid;
update threads.threads t set member_count = (select count(*) from threads.members m where m.thread_id = t.id);
create unique index threads_made_once on threads.threads (made_by, made_as) where made_as is not null;

-- The number of the event by which they came in; 0 for who was there when the thread was made. Nothing up to it was sent to them:
-- it counts as unread for nobody and is delivered to nobody.
alter table threads.members add joined_seq bigint not null default 0;

-- Who was in a group and is not now: their names are still asked for, by whoever reads what they wrote.
create table threads.past_members (
  thread_id bigint not null,
  member_id bigint not null,
  -- Put out by somebody else. They come back when somebody adds them, not by a link.
  removed boolean not null,
  left_seq bigint not null,
  left_at timestamptz not null,
  primary key (thread_id, member_id)
);

-- Links into a group. The token itself is nowhere: only its hash, by which it is found.
create table threads.invites (
  thread_id bigint not null,
  id bigint not null,
  token_sha256 bytea not null,
  created_by bigint not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  uses int not null default 0 check (uses >= 0),
  uses_max int check (uses_max > 0),
  revoked_at timestamptz,
  primary key (thread_id, id),
  check (uses <= uses_max)
);
create unique index invites_token on threads.invites (token_sha256);
