-- Whoever has thousands of threads asks for a few of them: which ones is found in indexes, without a look at thousands of rows that stand all over
-- the tables. For the inbox: what decides about it and its order. None of these columns moves with a marker, so markers stay updates within the page.
drop index threads.members_member;
create index members_member on threads.members (member_id, thread_id) include (is_request, archived_seq, muted_until, pinned_at, from_seq);

-- For a search: which blocks there are, of when, and what is behind the index.
alter table threads.search_blocks drop constraint search_blocks_pkey, add primary key (thread_id, block) include (upto, first_at, last_at);
