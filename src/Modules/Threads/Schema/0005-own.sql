-- What is one's own in conversations: settings of a thread, drafts, and what a person lets others see.
alter table threads.members
  add muted_until timestamptz,                               -- infinity: always
  -- The newest message when the thread was put away: a later one brings it back, and nobody writes a row for that.
  add archived_seq bigint,
  add pinned_at timestamptz,
  add marked_unread boolean not null default false,
  add folder text,
  -- Of a request: it was refused and is in no list any more.
  add refused_at timestamptz,
  -- Rises with every change of the settings, so that devices agree in whatever order they hear of them.
  add settings_version bigint not null default 0;

-- None of these columns moves with a marker, so markers stay updates within the page.
create index members_requests on threads.members (member_id) where is_request;
create index members_archived on threads.members (member_id) where archived_seq is not null;
create index members_pinned on threads.members (member_id) where pinned_at is not null;
create index members_folders on threads.members (member_id, folder) where folder is not null;

-- The beginning of a message, kept until it is sent. What was taken away keeps its version: what comes late stays away.
create table threads.drafts (
  thread_id bigint not null,
  member_id bigint not null,
  version bigint not null check (version > 0),
  draft json,                                                -- text, entities, replyTo; null when there is none
  at timestamptz not null,
  primary key (thread_id, member_id)
);
create index drafts_member on threads.drafts (member_id) where draft is not null;

-- What a person shows of themselves, and when they were last here. No row: everything as it is by default, never seen.
create table threads.people (
  person_id bigint primary key,
  shows_presence boolean not null default true,
  shows_read boolean not null default true,
  takes_requests boolean not null default true,
  last_seen_at timestamptz
) with (fillfactor = 70);

-- Whether anything unread may have expired is asked of this; without it unread is counted in the log's key alone.
create index events_ending on threads.events (thread_id, seq) where expires_at is not null;
