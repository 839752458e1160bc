-- Money that waits for its receiver is somebody's: an account that keeps it never gives more than was put into it.
alter table wallet.accounts add constraint suspense_without_overdraft check (kind <> 5 or debits_pending + debits_posted <= credits_posted);
