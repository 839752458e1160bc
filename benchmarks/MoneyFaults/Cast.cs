using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Bench.MoneyFaults;

/// <summary>The people of one run, who talk with each other and with one business, and what they own.</summary>
/// <param name="Direct">The conversation of each two.</param>
/// <param name="Offer">The number of the message with <see cref="Buttons"/> payment buttons, in the first person's thread with the business.</param>
/// <param name="Cards">Saved cards of the first person, by what the sandbox does with them.</param>
internal sealed record Cast(
    IReadOnlyList<PersonId> People, IReadOnlyDictionary<(PersonId, PersonId), ThreadId> Direct, ThreadId Group, ThreadId Shop, long Offer, IReadOnlyDictionary<string, Guid> Cards)
{
    public const int Buttons = 6;
    public const long PriceMinor = 7_00;
    public const long GivenMinor = 60_00;
    public static readonly PageId Page = new(7_100_000_000_000_001);
    private const long App = 7_100_000_000_000_002;
    private static readonly DateTime longAgo = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Of the sandbox: it succeeds, is declined, asks the payer, loses its answer, loses the request, tells late and twice, refunds late, and sends a refund back.</summary>
    private static readonly string[] cards = ["4242", "0002", "3184", "0119", "0127", "0341", "7726", "5126"];

    /// <summary>The name under which everybody is known.</summary>
    public const string Name = "Sim";

    /// <summary>A business whose bot is told of payments; once for each database.</summary>
    public static Task OpenShopAsync(NpgsqlConnection database) => database.ExecuteAsync(
        """
        insert into bots.pages (id, username, name, category, about, verified, created_at) values (@page, 'halcyon', 'Halcyon Air', '', '', false, @longAgo);
        insert into bots.apps (id, name, secret, fields, polls, created_at) values (@App, 'Halcyon', '\x00', '{messaging_payments}', true, @longAgo);
        insert into bots.subscriptions (id, page_id, app_id, active, receiver_rank, created_at) values (@App, @page, @App, true, 0, @longAgo)
        """, new { page = Page.Value, App, longAgo });

    /// <summary>Takes away what the run before left of money, and makes new people.</summary>
    public static async Task<Cast> MakeAsync(NpgsqlDataSource direct, Node calm, TimeProvider time)
    {
        PersonId[] people = [.. Enumerable.Range(0, 4).Select(_ => PersonId.New())];
        var pairs = people.SelectMany((one, i) => people.Skip(i + 1).Select(other => (Low: Math.Min(one.Value, other.Value), High: Math.Max(one.Value, other.Value), Thread: ThreadId.New()))).ToList();
        var (group, shop) = (ThreadId.New(), ThreadId.New());
        var methods = cards.ToDictionary(card => card, _ => Guid.CreateVersion7());
        var members = pairs.SelectMany(pair => new[] { (pair.Thread, pair.Low), (pair.Thread, pair.High) }).Concat(people.Select(person => (group, person.Value)))
            .Concat([(shop, Page.Value), (shop, people[0].Value)]).ToList();
        await using (var connection = await direct.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                set session_replication_role = replica;
                delete from payments.observations; delete from payments.attempts; delete from payments.refunds; delete from payments.purchase_keys; delete from payments.processor_events;
                delete from payments.sandbox_events; delete from payments.sandbox_refunds; delete from payments.sandbox_operations; delete from payments.sandbox_payments;
                delete from payments.purchases; delete from payments.methods; delete from payments.sandbox_cards;
                delete from payments.money_transfers; delete from payments.money_shares; delete from payments.money_bills; delete from payments.money_portions; delete from payments.money_gifts;
                delete from payments.money_jobs; delete from payments.money_people;
                delete from wallet.chain_blocks; delete from wallet.hold_resolutions; delete from wallet.expiring_holds; delete from wallet.refused; delete from wallet.transfers; delete from wallet.accounts;
                update wallet.head set last_seq = 0, last_posted_at = '-infinity';
                delete from hosting.outbox; delete from bots.deliveries; delete from bots.lanes; delete from threads.events; delete from threads.members; delete from threads.threads;
                set session_replication_role = origin;
                insert into people.people (id, handle, name, locale, created_at) select id, 'sim_' || id, @Name, 'en', @longAgo from unnest(@people) as p(id);
                insert into threads.threads (id, kind, party_a, party_b, member_count, created_at, updated_at)
                select t.id, t.kind, t.a, t.b, t.members, @longAgo, @longAgo from unnest(@threads, @kinds, @as, @bs, @counts) as t(id, kind, a, b, members);
                insert into threads.members (thread_id, member_id, is_page, read_seq, delivered_seq, joined_at, role)
                select m.thread, m.member, m.member = @page, 0, 0, @longAgo, 3 from unnest(@memberThreads, @memberIds) as m(thread, member);
                insert into payments.sandbox_cards (ref, customer, token, brand, last4, exp_month, exp_year) select 'card_' || c.id, @buyer, c.id::text, 'visa', c.last4, 12, 2099 from unnest(@cardIds, @last4s) as c(id, last4);
                insert into payments.methods (id, person, processor, processor_ref, brand, last4, exp_month, exp_year, is_default, created_at)
                select c.id, @buyer, 'sandbox', 'card_' || c.id, 'visa', c.last4, 12, 2099, false, @longAgo from unnest(@cardIds, @last4s) as c(id, last4);
                """,
                new
                {
                    Name,
                    longAgo,
                    people = people.Select(person => person.Value).ToArray(),
                    threads = pairs.Select(pair => pair.Thread.Value).Concat([group.Value, shop.Value]).ToArray(),
                    kinds = pairs.Select(_ => (short)1).Concat([(short)3, (short)2]).ToArray(),
                    @as = pairs.Select(pair => (long?)pair.Low).Concat([null, Page.Value]).ToArray(),
                    bs = pairs.Select(pair => (long?)pair.High).Concat([null, people[0].Value]).ToArray(),
                    counts = pairs.Select(_ => 2).Concat([people.Length, 2]).ToArray(),
                    page = Page.Value,
                    memberThreads = members.Select(member => member.Item1.Value).ToArray(),
                    memberIds = members.Select(member => member.Item2).ToArray(),
                    buyer = people[0].Value,
                    cardIds = methods.Values.ToArray(),
                    last4s = methods.Keys.ToArray(),
                });
        }

        var given = await calm.Get<ILedger>().PostAsync([.. people.Select(person => new Transfer(Guid.CreateVersion7(), TransferKind.Post,
            new(AccountKind.ProcessorClearing, 1, Currency.Eur), new(AccountKind.Person, person.Value, Currency.Eur), new(GivenMinor, Currency.Eur), "topup"))], CancellationToken.None);
        var offer = await calm.Get<IThreadLog>().AppendAsync(new(shop, Page, Guid.CreateVersion7(), "message", OfferBody()), CancellationToken.None);
        return given.All(outcome => outcome.Done) && offer.Status == AppendStatus.Appended
            ? new(people, pairs.SelectMany(pair => new[] { ((new PersonId(pair.Low), new PersonId(pair.High)), pair.Thread), ((new PersonId(pair.High), new PersonId(pair.Low)), pair.Thread) })
                .ToDictionary(one => one.Item1, one => one.Thread), group, shop, offer.Seq, methods)
            : throw new InvalidOperationException("The cast could not be given money, or the shop could not offer anything.");
    }

    /// <summary>A message with <see cref="Buttons"/> payment buttons.</summary>
    public static byte[] OfferBody()
    {
        var elements = Enumerable.Range(0, Buttons).Select(i => new JsonObject
        {
            ["title"] = "HS 412",
            ["buttons"] = new JsonArray(new JsonObject
            {
                ["type"] = "payment",
                ["title"] = "buy",
                ["payload"] = $"SEAT_{i}",
                ["payment_summary"] = new JsonObject
                {
                    ["currency"] = "EUR",
                    ["payment_type"] = "FIXED_AMOUNT",
                    ["merchant_name"] = "Halcyon Air",
                    ["requested_user_info"] = new JsonArray("contact_name"),
                    ["price_list"] = new JsonArray(new JsonObject { ["label"] = "Seat", ["amount"] = "7.00" }),
                },
            }),
        });
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["attachments"] = new JsonArray(new JsonObject
            {
                ["type"] = "template",
                ["payload"] = new JsonObject { ["template_type"] = "generic", ["elements"] = new JsonArray([.. elements]) },
            }),
        });
    }
}
