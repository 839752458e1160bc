-- Acts of a person that are no messages: coming by a link, answering a form; and the word that ends it.
alter table bots.conversations
  -- The newest of them: it opens the window as a message does.
  add column opened_at timestamptz,
  -- The person wants nothing more of the page, until they act again.
  add column stopped_at timestamptz;

-- How a person came to a page. Told at once in a conversation that has begun; else it waits for the first act.
create table bots.referrals (
  page_id bigint not null,
  person_id bigint not null,
  client_id uuid not null,
  body jsonb not null,
  told boolean not null,
  created_at timestamptz not null,
  primary key (page_id, person_id, client_id)
);
create index referrals_waiting on bots.referrals (page_id, person_id, created_at) where not told;

-- What a person filled in, once for each form.
create table bots.form_answers (
  thread_id bigint not null,
  seq bigint not null,
  client_id uuid not null,
  answered_at timestamptz not null,
  primary key (thread_id, seq)
);
