using Dapper;
using Npgsql;
using Stoa.Wallet;

namespace Stoa.Bench.MoneyFaults;

/// <summary>What must be so after every run, read from the database by other means than those that wrote it.</summary>
internal static class Books
{
    // Each names its rows; a row is a violation.
    private static readonly string[] laws =
    [
        // A purchase is charged once or not at all, and never by more than its price.
        "select 'Purchase ' || reference || ' has ' || count(*) || ' payments at the processor.' from payments.sandbox_payments group by reference having count(*) > 1",
        """
        select 'Purchase ' || p.id || ' is ' || p.state || ', and its processor took ' || coalesce(s.captured_minor, 0) || ' and gave ' || coalesce(s.refunded_minor, 0) || ' back.'
        from payments.purchases p left join payments.sandbox_payments s on s.reference = p.id::text where p.processor is not null and not case
          when p.state = 'failed' then coalesce(s.captured_minor - s.refunded_minor, 0) = 0
          else coalesce(s.captured_minor, 0) = p.amount_minor and s.refunded_minor = p.refunded_minor end
        """,
        """
        select 'Purchase ' || p.id || ' is ' || p.state || ', and ' || l.paid || ' was paid for it from the balance, ' || l.back || ' went back.'
        from payments.purchases p cross join lateral (
          select coalesce(sum(amount_minor) filter (where kind = 2), 0) as paid, coalesce(sum(amount_minor) filter (where kind = 0 and code = 'refund'), 0) as back
          from wallet.transfers where reference = p.id::text) l
        where p.processor is null and (l.paid <> case when p.state = 'failed' then 0 else p.amount_minor end or l.back <> p.refunded_minor)
        """,
        "select 'Button ' || element || ' is paid ' || count(*) || ' times.' from payments.purchases where state <> 'failed' group by thread, seq, element, button having count(*) > 1",
        "select 'Payment ' || s.ref || ' belongs to no purchase.' from payments.sandbox_payments s where not exists (select from payments.purchases p where p.id::text = s.reference)",
        // What goes back never exceeds what came, and is what the refunds say.
        """
        select 'Purchase ' || p.id || ' of ' || p.amount_minor || ' says that ' || p.refunded_minor || ' went back; its refunds come to ' || coalesce(r.made, 0) || '.'
        from payments.purchases p left join (select purchase, sum(amount_minor) as made from payments.refunds where state <> 'failed' group by purchase) r on r.purchase = p.id
        where coalesce(r.made, 0) > p.amount_minor or coalesce(r.made, 0) <> p.refunded_minor
        """,
        "select 'Refund ' || reference || ' was made ' || count(*) || ' times.' from payments.sandbox_refunds group by reference having count(*) > 1",
        // One event in the thread for each that was paid, one for each change of what went back, and the bot is told once of each.
        """
        select 'Purchase ' || p.id || ' is ' || p.state || ', and the thread shows its payment ' || e.shown || ' times.' from payments.purchases p cross join lateral (
          select count(*) as shown from threads.events where thread_id = p.thread and kind = 3 and body -> 'payment' ->> 'purchase' = p.id::text and body -> 'payment' -> 'refunded' is null) e
        where e.shown <> case when p.state = 'failed' then 0 else 1 end
        """,
        """
        select 'Purchase ' || p.id || ': ' || p.refunded_minor || ' went back, and the thread says ' || coalesce(e.last, 0) || ' last.' from payments.purchases p left join lateral (
          select (body -> 'payment' -> 'refunded' ->> 'amountMinor')::bigint as last from threads.events
          where thread_id = p.thread and kind = 3 and body -> 'payment' ->> 'purchase' = p.id::text and body -> 'payment' -> 'refunded' is not null order by seq desc limit 1) e on true
        where coalesce(e.last, 0) <> p.refunded_minor
        """,
        """
        select 'The thread shows ' || shown || ' payments, and the bot is told of ' || told || '.' from (select count(*) as shown from threads.events where kind = 3 and body -> 'payment' ->> 'purchase' is not null) s,
          (select count(*) as told from bots.deliveries where field = 'messaging_payments') t where shown <> told
        """,
        """
        select 'Lane of thread ' || thread_id || ' has ' || count(*) || ' deliveries up to number ' || max(number) || '.' from bots.deliveries group by thread_id, subscription_id having count(*) <> max(number)
        """,
        // Money between people is in one definite place.
        "select 'Transfer ' || id || ' is ' || state || '.' from payments.money_transfers where state not in ('sent', 'cancelled', 'returned', 'failed')",
        """
        select 'Transfer ' || t.id || ' of ' || t.amount_minor || ' is ' || t.state || '; ' || l.out || ' left its sender and ' || l.arrived || ' arrived.'
        from payments.money_transfers t cross join lateral (
          select coalesce(sum(case when kind in (0, 2) and debit_kind = 1 and debit_owner = t.sender then amount_minor when kind = 0 and credit_kind = 1 and credit_owner = t.sender then -amount_minor else 0 end), 0) as out,
                 coalesce(sum(amount_minor) filter (where kind in (0, 2) and credit_kind = 1 and credit_owner = t.receiver), 0) as arrived
          from wallet.transfers where reference = t.id::text) l
        where l.arrived <> l.out or l.out <> case when t.state = 'sent' then t.amount_minor else 0 end
        """,
        """
        select 'Transfer ' || t.id || ' is ' || t.state || ', and its thread tells of it ' || e.told || ' times.' from payments.money_transfers t cross join lateral (
          select count(*) as told from threads.events where thread_id = t.thread and kind = 3 and body -> 'money' ->> 'id' = t.id::text and body -> 'money' ->> 'news' in ('sent', 'waiting')) e
        where t.thread is not null and e.told <> case when t.state = 'sent' or (t.send_at is not null and t.state = 'cancelled') then 1 else 0 end
        """,
        "select 'Share ' || number || ' of request ' || bill || ' is ' || state || '.' from payments.money_shares where state in ('open', 'paying')",
        """
        select 'Share ' || s.number || ' of request ' || s.bill || ' is ' || s.state || ', and was paid ' || p.paid || ' times.' from payments.money_shares s cross join lateral (
          select count(*) as paid from payments.money_transfers t where t.bill = s.bill and t.share = s.number and t.state = 'sent') p
        where p.paid <> case when s.state = 'paid' then 1 else 0 end
        """,
        "select 'Request ' || b.id || ' is told of ' || e.told || ' times.' from payments.money_bills b cross join lateral (select count(*) as told from threads.events where thread_id = b.thread and kind = 3 and body -> 'money' ->> 'id' = b.id::text and body -> 'money' ->> 'news' = 'asked') e where e.told <> 1",
        "select 'Gift ' || id || ' is ' || state || '.' from payments.money_gifts where state not in ('finished', 'returned', 'failed')",
        """
        select 'Gift ' || g.id || ' is ' || g.state || '; ' || l.out || ' left its giver, ' || l.taken || ' was taken in the books and ' || p.taken || ' in its portions.'
        from payments.money_gifts g cross join lateral (
          select coalesce(sum(case when debit_kind = 1 and debit_owner = g.giver then amount_minor when credit_kind = 1 and credit_owner = g.giver then -amount_minor else 0 end), 0) as out,
                 coalesce(sum(amount_minor) filter (where credit_kind = 1 and credit_owner <> g.giver), 0) as taken
          from wallet.transfers where reference = g.id::text) l cross join lateral (
          select coalesce(sum(amount_minor) filter (where state = 'claimed'), 0) as taken, count(*) filter (where state in ('free', 'claiming')) as open from payments.money_portions where gift = g.id) p
        where l.out <> l.taken or l.taken <> p.taken or (p.open > 0 and g.state <> 'failed')
        """,
        "select 'Gift ' || gift || ' gave ' || claimer || ' ' || count(*) || ' portions.' from payments.money_portions where claimer is not null group by gift, claimer having count(*) > 1",
        "select 'Gift ' || g.id || ' is ' || g.state || ' and told of ' || e.told || ' times.' from payments.money_gifts g cross join lateral (select count(*) as told from threads.events where thread_id = g.thread and kind = 3 and body -> 'money' ->> 'id' = g.id::text and body -> 'money' ->> 'news' = 'given') e where e.told <> case when g.state = 'failed' then 0 else 1 end",
        // Nothing is held, put aside or on its way any more.
        "select 'Account ' || kind || ' of ' || owner || ' still has ' || debits_pending || ' held.' from wallet.accounts where debits_pending <> 0 or credits_pending <> 0",
        "select 'What was put aside under ' || owner || ' is still there: ' || credits_posted - debits_posted || '.' from wallet.accounts where kind = 5 and credits_posted <> debits_posted",
        // What a conversation has has no gaps.
        "select 'Thread ' || t.id || ' has ' || count(e.seq) || ' events and says ' || t.last_seq || '.' from threads.threads t left join threads.events e on e.thread_id = t.id group by t.id having count(e.seq) <> t.last_seq",
    ];

    /// <summary>What in this database is not as it must be once nothing is left to do.</summary>
    public static Task<IEnumerable<string>> ListBreachesAsync(NpgsqlConnection connection) => connection.QueryAsync<string>(string.Join(" union all ", laws.Select(law => $"({law})")));

    /// <param name="hasLostTime">A request may have been on its way for so long that its payment was given up: only then may it turn out that one was made after all.</param>
    public static async Task<IReadOnlyList<string>> CheckAsync(Surroundings around, Cast cast, IReadOnlyList<Wish> wishes, bool hasLostTime)
    {
        var violations = new List<string>();
        await using (var connection = await around.Direct.OpenConnectionAsync())
        {
            violations.AddRange(await ListBreachesAsync(connection));
            if (!hasLostTime)
            {
                violations.AddRange(await connection.QueryAsync<string>(
                    "select 'Purchase ' || purchase || ' was said to have failed, and was ' || seen || '.' from payments.observations where state_before = 'failed' and verdict = 'contradicts'"));
            }

            var charged = await connection.QueryAsync<Guid>(
                """
                select reference::uuid from payments.sandbox_payments where captured_minor > 0
                union select reference::uuid from wallet.transfers where code = 'merchant_payment' and kind = 2
                """);
            violations.AddRange(charged.Except(around.Far.Accepted).Select(id => $"Purchase {id} took money, and the merchant never agreed to it."));
            var all = (Int128)await connection.ExecuteScalarAsync<long>("select coalesce(sum(credits_posted - debits_posted), 0)::bigint from wallet.accounts where kind in (1, 2)");
            if (all != cast.People.Count * Cast.GivenMinor)
            {
                violations.Add($"People and merchant together have {all}; they were given {cast.People.Count * Cast.GivenMinor}.");
            }
        }

        violations.AddRange(wishes.Where(wish => wish.Answers.Count > 1).Select(wish => $"One key to {wish.What} was answered by {string.Join(" and ", wish.Answers)}."));
        violations.AddRange((await LedgerCheck.RunAsync(around.Direct, CancellationToken.None)).Violations);
        return violations;
    }
}
