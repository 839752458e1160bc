-- A question may be about a price: then any JSON is an answer (outcome 0, the text as it came), and what is none is unreadable (outcome 1).
alter table bots.pre_checkouts
  add column asks_price boolean not null default false,
  add column answer text;
