-- Search over one's own conversations. The index is a copy: it is made from the log, behind it, and can be thrown away and made again.
-- What it finds is read from the log again before it is shown (docs/decisions/2026-11-21-search-in-blocks.md).

-- The words of 64 events of a thread that follow one another. A word's positions are the events' places in the block, 1 to 64.
create table threads.search_blocks (
  thread_id bigint not null,
  block int not null,                                        -- of the events from block * 64 + 1 to block * 64 + 64
  upto bigint not null,                                      -- the last of them that has been looked at; of the last block: how far the thread is indexed
  first_at timestamptz,                                      -- of the oldest and the newest message in it; null when there is none
  last_at timestamptz,
  expires_at timestamptz,                                    -- when the first of its messages expires and must go from here too
  words tsvector not null,
  primary key (thread_id, block)
);
-- Beside the row, so that the list of a person's blocks is short to read, and uncompressed: unpacking took longer than reading, and saved a tenth.
alter table threads.search_blocks alter words set storage external;
create index search_blocks_expiring on threads.search_blocks (expires_at) where expires_at is not null;

-- Threads that have something new for the index. Edits and unsendings write theirs in their own commit; for messages it is only a hint,
-- since the blocks and the log say by themselves what is missing.
create table threads.search_wanted (
  id bigint generated always as identity primary key,
  thread_id bigint not null
);
