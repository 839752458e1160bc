-- What signs receipts: one key for each page, and the server's own as owner 0. Private halves are sealed under the key file keys/receipts.
create table payments.signing_keys (
  owner bigint primary key,
  public_key bytea not null,                  -- SubjectPublicKeyInfo of a P-256 key
  private_key bytea not null,
  created_at timestamptz not null
);

-- Receipts as they were signed, byte for byte. A later one names the one before it and takes its place.
create table payments.receipts (
  purchase uuid not null references payments.purchases (id),
  number int not null,
  body bytea not null,                        -- canonical JSON (RFC 8785)
  shop_signature bytea not null,
  server_signature bytea not null,
  refunded_minor bigint not null,
  issued_at timestamptz not null,
  primary key (purchase, number)
);
create function payments.refuse_receipt_change() returns trigger language plpgsql as $$
begin
  raise exception 'payments.receipts is append-only: a % is refused. A later receipt takes the place of an earlier one.', lower(tg_op) using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on payments.receipts for each row execute function payments.refuse_receipt_change();
