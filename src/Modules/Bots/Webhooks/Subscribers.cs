using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Bots.Webhooks;

/// <summary>Which apps hear of a page, and of what.</summary>
internal sealed class Subscribers(NpgsqlDataSource database)
{
    // What the app takes, less what this subscription leaves out.
    private const string Columns =
        """
        s.id, s.page_id as pageid, s.app_id as appid,
        -- A question wants its answer in the same breath: a bot that asks for its events is not asked.
        array_remove(array_remove(case when s.fields is null then a.fields else array(select unnest(a.fields) intersect select unnest(s.fields)) end,
          case when a.polls then 'messaging_pre_checkouts' end), case when a.polls then 'messaging_checkout_updates' end) as fields
        from bots.subscriptions s join bots.apps a on a.id = s.app_id and (a.callback_url is not null or a.polls)
        """;

    public async Task<bool> WantAsync(PageId page, string field, CancellationToken cancellationToken) => await FindFirstAsync(page, field, cancellationToken) is not null;

    /// <summary>The page's oldest subscription with this field; null when nobody asked for it.</summary>
    public async Task<Subscriber?> FindFirstAsync(PageId page, string field, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var all = await connection.QueryAsync<Subscriber>(new CommandDefinition(
            $"select {Columns} where s.page_id = @page and s.active order by s.receiver_rank, s.created_at, s.id", new { page = page.Value }, cancellationToken: cancellationToken));
        return all.FirstOrDefault(s => s.Takes(field));
    }

    public static async Task<ILookup<PageId, Subscriber>> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyCollection<PageId> pages, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Subscriber>(new CommandDefinition(
            $"select {Columns} where s.page_id = any(@pages) and s.active", new { pages = pages.Select(p => p.Value).Distinct().ToArray() }, transaction, cancellationToken: cancellationToken)))
            .ToLookup(s => new PageId(s.PageId));
}

internal sealed class Subscriber
{
    public long Id { get; init; }

    public long PageId { get; init; }

    public long AppId { get; init; }

    public string[] Fields { get; init; } = [];

    public bool Takes(string field) => Fields.Contains(field, StringComparer.Ordinal);
}
