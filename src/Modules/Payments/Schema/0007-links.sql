-- Money for somebody who has not joined yet: put aside, and theirs who has the link. Of its secret only a hash is kept; the sender's device made it.
alter table payments.money_transfers
  add account bigint unique,                  -- owner of the ledger's account that keeps it meanwhile
  add claim_hash bytea unique,                -- null when nobody can claim it any more
  add claim_expires_at timestamptz,
  add check ((account is null) = (claim_expires_at is null));
create index money_transfers_unclaimed on payments.money_transfers (sender) where state = 'unclaimed';
