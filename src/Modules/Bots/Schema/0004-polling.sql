-- A bot without an address of its own: it asks for its events. Never one with a callback, or both would tell.
alter table bots.apps add column polls boolean not null default false check (not polls or callback_url is null);
