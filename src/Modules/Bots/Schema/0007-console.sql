-- Who develops an app: they see its deliveries, make its tokens and say where it is called.
create table bots.developers (
  person_id bigint not null,
  app_id bigint not null references bots.apps,
  added_at timestamptz not null,
  primary key (person_id, app_id)
);
create index developers_app on bots.developers (app_id);

-- Whether a search finds the page. Who has its address writes to it either way.
alter table bots.pages add column listed boolean not null default true;

-- A token is known to its developer by a name and an id: the token itself is shown once.
alter table bots.tokens
  add column id bigint,
  add column name text not null default '';
update bots.tokens set id = 7000000000000000 + floor(random() * 1900000000000000)::bigint;
alter table bots.tokens alter column id set not null, add unique (id);
create index tokens_app on bots.tokens (app_id);

-- What is sent again stands at the end of its lane under the event's own id; the one before it is named.
alter table bots.deliveries add column resent_of bigint;

-- The newest first, for whoever looks at them; and what waits or is parked among very many that are done.
create index deliveries_newest on bots.deliveries (subscription_id, created_at desc, thread_id desc, number desc);
create index deliveries_open on bots.deliveries (subscription_id, state, created_at desc, thread_id desc, number desc) where state in (0, 2);

-- The beginning of what the endpoint answered, if it said anything.
alter table bots.delivery_attempts add column answer text;
