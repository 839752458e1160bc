-- What a payer wants of a business about a purchase. One at a time is open.
create table payments.complaints (
  purchase uuid not null references payments.purchases (id),
  id uuid not null,                         -- follows from the person and their key: twice is once
  request_hash bytea not null,
  page bigint not null,
  wants text not null check (wants in ('refund', 'help')),
  amount_minor bigint check (amount_minor is null or (amount_minor > 0 and wants = 'refund')),
  note text not null,
  state text not null check (state in ('open', 'settled', 'declined', 'withdrawn')),
  answer text,
  answer_hash bytea,
  refund uuid,
  answer_by timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (purchase, id)
);
create unique index complaints_one_open on payments.complaints (purchase) where state = 'open';
create index complaints_of_page on payments.complaints (page, id) where state = 'open';

alter table payments.purchases add column dispute_answer_by timestamptz;
alter table payments.sandbox_payments add column disputed_at timestamptz;
