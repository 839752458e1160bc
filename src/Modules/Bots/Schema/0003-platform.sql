-- Of several apps at one page: 0 the primary receiver, then in the order in which they joined.
alter table bots.subscriptions add column receiver_rank int not null default 0;

-- A page's own words for people.
create table bots.labels (
  page_id bigint not null,
  id bigint not null,
  name text not null,
  created_at timestamptz not null,
  primary key (page_id, id),
  unique (page_id, name)
);
create table bots.labelled (
  page_id bigint not null,
  label_id bigint not null,
  person_id bigint not null,
  primary key (page_id, label_id, person_id)
);
create index labelled_person on bots.labelled (page_id, person_id);

-- A menu for one person, in place of the page's.
create table bots.person_menus (
  page_id bigint not null,
  person_id bigint not null,
  menu jsonb not null,
  primary key (page_id, person_id)
);

-- "Log in": a token on its way through the business's sign-in page, and what came of it.
create table bots.linking_tokens (
  page_id bigint not null,
  token text not null,
  person_id bigint not null,
  thread_id bigint not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (page_id, token)
);
create unique index linking_tokens_token on bots.linking_tokens (token);
create table bots.account_links (
  page_id bigint not null,
  person_id bigint not null,
  linked_at timestamptz not null,
  primary key (page_id, person_id)
);

-- Which app may write in a thread, where a page has several. No row: the primary receiver. A lease: when it is over the thread is the
-- primary receiver's again. The fence rises with each change of hands; a send carries the fence that it saw, and is refused when it is old.
create table bots.thread_control (
  thread_id bigint primary key,
  owner_app bigint,
  fence bigint not null default 1,
  expires_at timestamptz
);
