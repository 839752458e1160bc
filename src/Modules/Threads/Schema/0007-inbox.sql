-- Finding the newest threads of somebody with thousands of them reads this index and the threads, and no members' rows: it has what decides
-- about the inbox and its order. None of these columns moves with a marker, so markers stay updates within the page.
drop index threads.members_member;
create index members_member on threads.members (member_id, thread_id) include (is_request, archived_seq, muted_until, pinned_at);
