-- The inbox in its order without a look at every thread: beside each member's row stands the day (UTC) of the thread's last activity. It is written once
-- a day for a thread between two, by the commit that brings the first event of that day, and never for a group: there it is infinity, "look for yourself".
-- So a group of thousands still writes no row for its members, and whoever has thousands of threads, which are between two, looks at the days they need.
alter table threads.members add active_on date not null default 'infinity';

update threads.members m set active_on = (t.updated_at at time zone 'UTC')::date from threads.threads t where t.id = m.thread_id and t.kind <> 3;

-- A trigger, since a thread that missed its day would stand in the wrong place of a list; nothing that moves a thread can forget it.
create function threads.note_day() returns trigger language plpgsql as $$
begin
  update threads.members set active_on = (new.updated_at at time zone 'UTC')::date where thread_id = new.id;
  return null;
end
$$;
create trigger threads_day after update of updated_at on threads.threads for each row
  when (new.kind <> 3 and (old.updated_at at time zone 'UTC')::date <> (new.updated_at at time zone 'UTC')::date)
  execute function threads.note_day();

drop index threads.members_member;
create index members_member on threads.members (member_id, active_on desc, thread_id) include (is_request, archived_seq, muted_until, pinned_at, from_seq);
