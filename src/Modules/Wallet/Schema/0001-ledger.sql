-- The ledger. Transfers are never changed: counters of accounts are the only thing here that is updated, always in the
-- transaction of the transfers they sum up.
create schema wallet;

-- An account exists from its first use. Kinds: 1 person, 2 merchant, 3 processor clearing, 4 fees, 5 suspense.
create table wallet.accounts (
  owner bigint not null,
  kind smallint not null check (kind between 1 and 5),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  debits_pending bigint not null default 0 check (debits_pending >= 0),
  debits_posted bigint not null default 0 check (debits_posted >= 0),
  credits_pending bigint not null default 0 check (credits_pending >= 0),
  credits_posted bigint not null default 0 check (credits_posted >= 0),
  created_at timestamptz not null,
  primary key (owner, kind, currency),
  -- The second wall: the first is the decision under the row's lock. Pending credit never counts.
  constraint person_without_overdraft check (kind <> 1 or debits_pending + debits_posted <= credits_posted)
) with (fillfactor = 70);

-- One row. Its lock is the last that a batch takes and is kept until commit, so numbers have no gaps, and whatever is at or
-- below last_seq has committed: a block of the chain may close over it at once.
create table wallet.head (
  one boolean primary key default true check (one),
  last_seq bigint not null,
  last_posted_at timestamptz not null
);
insert into wallet.head (last_seq, last_posted_at) values (0, '-infinity');

-- Kinds: 0 post, 1 hold, 2 post a hold, 3 void a hold, 4 a hold's time is over.
create table wallet.transfers (
  seq bigint primary key,
  id uuid not null unique,
  linked_from bigint not null check (linked_from <= seq), -- number of the first transfer of the same call
  kind smallint not null check (kind between 0 and 4),
  debit_owner bigint not null,
  debit_kind smallint not null,
  credit_owner bigint not null,
  credit_kind smallint not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0),
  code text not null check (code ~ '^[a-z_]{1,32}$'),
  reference text check (length(reference) <= 200),
  hold uuid,
  hold_expires_at timestamptz,
  posted_at timestamptz not null, -- domain time, never smaller than that of the transfer before
  -- On the normal side of each account: owed to people and merchants, owed to us by processors.
  debit_balance_after bigint not null,
  debit_held_after bigint not null,
  credit_balance_after bigint not null,
  credit_held_after bigint not null,
  canonical bytea not null, -- what the chain hashes; its layout is CanonicalBytes.cs
  check ((debit_owner, debit_kind) <> (credit_owner, credit_kind)),
  check ((kind >= 2) = (hold is not null)),
  check (kind = 1 or hold_expires_at is null)
);
create index transfers_debit on wallet.transfers (debit_owner, debit_kind, currency, seq);
create index transfers_credit on wallet.transfers (credit_owner, credit_kind, currency, seq);

-- The key is what makes a hold end only once.
create table wallet.hold_resolutions (
  hold uuid primary key references wallet.transfers (id),
  transfer uuid not null unique references wallet.transfers (id),
  kind smallint not null check (kind between 2 and 4)
);

-- A work list, no journal: holds with a time limit that have not been resolved.
create table wallet.expiring_holds (
  hold uuid primary key,
  expires_at timestamptz not null
);
create index expiring_holds_next on wallet.expiring_holds (expires_at);

-- Ids that were refused for a reason that may pass (funds, a hold's state). They stay refused.
create table wallet.refused (
  id uuid primary key,
  status text not null,
  refused_at timestamptz not null
);

create table wallet.chain_blocks (
  number bigint primary key,
  seq_from bigint not null unique,
  seq_to bigint not null unique check (seq_to >= seq_from),
  previous_hash bytea not null,
  hash bytea not null,
  closed_at timestamptz not null
);

create function wallet.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'wallet.% is append-only: a % is refused. Correct a transfer with a reversing one.', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation';
end $$;

do $$
declare journal text;
begin
  foreach journal in array array['transfers', 'hold_resolutions', 'refused', 'chain_blocks'] loop
    execute format('create trigger append_only before update or delete on wallet.%I for each row execute function wallet.refuse_change()', journal);
    execute format('create trigger append_only_whole before truncate on wallet.%I for each statement execute function wallet.refuse_change()', journal);
  end loop;
end $$;
create trigger accounts_stay before delete on wallet.accounts for each row execute function wallet.refuse_change();
create trigger accounts_stay_whole before truncate on wallet.accounts for each statement execute function wallet.refuse_change();
create trigger accounts_keep_their_key before update of owner, kind, currency on wallet.accounts for each row execute function wallet.refuse_change();
create trigger head_stays before delete on wallet.head for each row execute function wallet.refuse_change();

-- The number of the last transfer posted at or before an instant. Numbers have no gaps and times rise with them, so some
-- thirty look-ups by key find it, without an index over time.
create function wallet.seq_at(instant timestamptz) returns bigint language plpgsql stable as $$
declare
  low bigint := 0;
  high bigint := (select last_seq from wallet.head);
  middle bigint;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    if (select posted_at from wallet.transfers where seq = middle) <= instant then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;
