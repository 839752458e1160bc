using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Media.Serving;
using Stoa.Media.Uses;
using Stoa.Testing;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>What other modules rely on: claims, releases, lists.</summary>
public sealed class UsesTests : IAsyncLifetime, IMediaReaders
{
    private static readonly PersonId owner = PersonId.New();
    private static readonly PersonId other = PersonId.New();
    private static readonly ThreadId thread = ThreadId.New();

    private readonly ManualTimeProvider clock = new();
    private readonly HashSet<(PersonId, ThreadId)> members = [];
    private readonly string folder = $"/tmp/stoa-uses-{Guid.NewGuid():n}";
    private TestDatabase database = null!; // InitializeAsync runs before every test.
    private MediaUses media = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(new MediaModule());
        var stoa = Options.Create(new StoaOptions { DataDirectory = folder, PublicUrl = "http://localhost:8080" });
        media = new(database.DataSource, this, new(new MediaOrigin(stoa), new LinkKeys(stoa), clock), clock, Options.Create(new MediaOptions()));
    }

    public ValueTask<bool> MayReadAsync(PersonId reader, IReadOnlyList<MediaPlace> places, CancellationToken cancellationToken) =>
        new(places.Any(place => members.Contains((reader, place.Thread))));

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_claim_gives_the_cards_in_the_sender_s_order_and_keeps_what_it_claims()
    {
        var (a, b) = (await AddAsync("image"), await AddAsync("audio"));

        var claim = await ClaimAsync(1, owner, b, a);

        Assert.True(claim.Done);
        Assert.Equal([b, a], claim.Cards.Select(card => card.Id));
        Assert.Equal(("audio", owner), (claim.Cards[0].Kind, claim.Cards[0].Owner));
        Assert.Null(await ReclaimAtAsync(a));
    }

    [Fact]
    public async Task One_refusal_and_nothing_is_claimed()
    {
        var mine = await AddAsync("image");
        var unfinished = await AddAsync(null);
        var theirs = await AddAsync("image", other);
        var unknown = MediaId.New();

        var claim = await ClaimAsync(1, owner, mine, unfinished, theirs, unknown);

        Assert.Equal([new(unfinished, MediaRefusal.NotFinished), new(theirs, MediaRefusal.NotFound), new RefusedMedia(unknown, MediaRefusal.NotFound)], claim.Refused);
        Assert.Empty(claim.Cards);
        Assert.Equal(0, await CountUsesAsync());
        Assert.NotNull(await ReclaimAtAsync(mine));
    }

    [Fact]
    public async Task An_unfinished_upload_of_another_is_not_told_apart_from_none() =>
        Assert.Equal(MediaRefusal.NotFound, Assert.Single((await ClaimAsync(1, owner, await AddAsync(null, other))).Refused).Why);

    [Fact]
    public async Task The_same_claim_again_is_recorded_once()
    {
        var id = await AddAsync("image");

        await ClaimAsync(1, owner, id);
        Assert.True((await ClaimAsync(1, owner, id, id)).Done);

        Assert.Equal(1, await CountUsesAsync());
    }

    [Fact]
    public async Task A_claim_whose_transaction_fails_never_was()
    {
        var id = await AddAsync("image");
        await using (var connection = await database.DataSource.OpenConnectionAsync(Ct))
        await using (await connection.BeginTransactionAsync(Ct))
        {
            Assert.True((await media.ClaimAsync(connection, owner, thread, 1, [id], Ct)).Done);
        }

        Assert.Equal(0, await CountUsesAsync());
        Assert.NotNull(await ReclaimAtAsync(id));
    }

    [Fact]
    public async Task Who_may_read_a_use_may_forward_it_and_nobody_else()
    {
        var id = await AddAsync("image", other);
        var elsewhere = ThreadId.New();
        await ClaimAsync(elsewhere, 1, other, id);
        Assert.False((await ClaimAsync(2, owner, id)).Done);

        members.Add((owner, elsewhere));

        Assert.True((await ClaimAsync(2, owner, id)).Done);
        Assert.Equal([id], await media.MayReadAsync(owner, [id], Ct));
        members.Clear();
        Assert.Empty(await media.MayReadAsync(owner, [id], Ct));
        Assert.Equal([id], await media.MayReadAsync(other, [id], Ct));
    }

    [Fact]
    public async Task A_reader_is_found_in_any_of_hundreds_of_uses()
    {
        var id = await AddAsync("image", other);
        var last = ThreadId.From(WireIds.Greatest);
        await using (var connection = await database.DataSource.OpenConnectionAsync(Ct))
        {
            await connection.ExecuteAsync("insert into media.uses (thread, seq, media_id, place, kind) select 7000000000000000 + n, 1, @Value, 0, 'image' from generate_series(1, 250) n", new { id.Value });
            await connection.ExecuteAsync("insert into media.uses (thread, seq, media_id, place, kind) values (@last, 1, @Value, 0, 'image')", new { last = last.Value, id.Value });
        }

        Assert.Empty(await media.MayReadAsync(owner, [id], Ct));
        members.Add((owner, last));
        Assert.Equal([id], await media.MayReadAsync(owner, [id], Ct));
    }

    [Fact]
    public async Task What_its_last_event_releases_is_reclaimed_after_the_grace_and_not_while_another_uses_it()
    {
        var id = await AddAsync("image");
        await ClaimAsync(1, owner, id);
        await ClaimAsync(2, owner, id);

        await ReleaseAsync(1);
        Assert.Null(await ReclaimAtAsync(id));
        await ReleaseAsync(2);
        Assert.Equal((clock.GetUtcNow() + TimeSpan.FromHours(1)).UtcDateTime, await ReclaimAtAsync(id));

        clock.Advance(TimeSpan.FromMinutes(1));
        await ReleaseAsync(2); // Again: the time does not begin anew.
        Assert.Equal((clock.GetUtcNow() + TimeSpan.FromMinutes(59)).UtcDateTime, await ReclaimAtAsync(id));
        await ClaimAsync(3, owner, id);
        Assert.Null(await ReclaimAtAsync(id));
    }

    [Fact]
    public async Task A_release_and_a_claim_at_the_same_moment_leave_the_claim()
    {
        var id = await AddAsync("image");
        await ClaimAsync(1, owner, id);
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await media.ClaimAsync(connection, owner, thread, 2, [id], Ct);

        var releasing = ReleaseAsync(1);
        await Waiting.UntilAsync(IsSomebodyWaitingAsync, "the release waits for the claim's lock");
        await transaction.CommitAsync(Ct);
        await releasing;

        Assert.Equal(1, await CountUsesAsync());
        Assert.Null(await ReclaimAtAsync(id));
    }

    [Fact]
    public async Task Shared_media_come_newest_first_in_pages_by_kind_and_from_where_a_member_s_view_begins()
    {
        var ids = new List<MediaId>();
        for (var seq = 1; seq <= 5; seq++)
        {
            var pair = (MediaId[])[await AddAsync("image"), await AddAsync(seq % 2 == 0 ? "audio" : "file")];
            await ClaimAsync(seq, owner, pair);
            ids.AddRange(pair);
        }

        await ClaimAsync(ThreadId.New(), 9, owner, ids[0]);

        var got = new List<UsedMedia>();
        for (MediaCursor? next = null; ;)
        {
            var page = await media.ListAsync(thread, 1, [], next, 3, Ct);
            got.AddRange(page.Items);
            if ((next = page.Next) is null)
            {
                break;
            }
        }

        Assert.Equal(ids.AsEnumerable().Reverse(), got.Select(item => item.Card.Id));
        Assert.Equal([4L, 2], (await media.ListAsync(thread, 1, ["audio"], null, 100, Ct)).Items.Select(item => item.Seq));
        Assert.Equal([5L, 5, 4, 4], (await media.ListAsync(thread, 4, [], null, 100, Ct)).Items.Select(item => item.Seq));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => media.ListAsync(thread, 1, [], null, 101, Ct));
    }

    [Fact]
    public async Task What_is_used_cannot_be_deleted_not_even_by_raw_SQL()
    {
        var id = await AddAsync("image");
        await ClaimAsync(1, owner, id);
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);

        await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("delete from media.items where id = @Value", new { id.Value }));
    }

    [Fact]
    public void A_link_s_signature_holds_for_one_thing_and_five_minutes()
    {
        var stoa = Options.Create(new StoaOptions { DataDirectory = folder, PublicUrl = "https://chat.example.org" });
        var links = new MediaLinks(new(stoa), new(stoa), clock);
        var id = MediaId.New();

        var link = links.Sign(id, LinkPart.Content, TimeSpan.FromHours(1));

        Assert.Equal("media.chat.example.org", link.Host);
        var path = link.AbsolutePath.Split('/');
        var (dies, signature) = (long.Parse(path[5], null), path[6]);
        Assert.Equal(TimeSpan.FromMinutes(5), links.Verify(1, id, LinkPart.Content, dies, signature));
        Assert.Null(links.Verify(1, id, LinkPart.Download, dies, signature));
        Assert.Null(links.Verify(1, MediaId.New(), LinkPart.Content, dies, signature));
        Assert.Null(links.Verify(1, id, LinkPart.Content, dies + 1, signature));
        Assert.Null(links.Verify(2, id, LinkPart.Content, dies, signature));
        Assert.Null(links.Verify(1, id, LinkPart.Content, dies, signature + "A"));
        Assert.Null(links.Verify(1, id, LinkPart.Content, dies, ""));
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.NotNull(links.Verify(1, id, LinkPart.Content, dies, signature));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(links.Verify(1, id, LinkPart.Content, dies, signature));
    }

    /// <param name="kind">Null: not finished.</param>
    private async Task<MediaId> AddAsync(string? kind, PersonId? by = null)
    {
        var id = MediaId.New();
        var blob = kind is null ? null : Guid.NewGuid().ToString("n");
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            insert into media.blobs (name, bytes, state) select @blob, 9, 1 where @blob::text is not null;
            insert into media.items (id, owner, state, declared_type, name, length, received, charged, kind, type, bytes, blob, created_at, reclaim_at)
            values (@Value, @owner, case when @kind::text is null then 0 else 1 end, '', 'a.jpg', 9, 9, 9, @kind, @kind, case when @kind::text is null then null else 9 end, @blob, @now, @now)
            """, new { id.Value, owner = (by ?? owner).Value, kind, blob, now = clock.GetUtcNow().UtcDateTime });
        return id;
    }

    private Task<MediaClaim> ClaimAsync(long seq, PersonId sender, params MediaId[] ids) => ClaimAsync(thread, seq, sender, ids);

    private async Task<MediaClaim> ClaimAsync(ThreadId place, long seq, PersonId sender, params MediaId[] ids)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var claim = await media.ClaimAsync(connection, sender, place, seq, ids, Ct);
        await transaction.CommitAsync(Ct);
        return claim;
    }

    private async Task ReleaseAsync(long seq)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await media.ReleaseAsync(connection, thread, seq, Ct);
        await transaction.CommitAsync(Ct);
    }

    private Task<DateTime?> ReclaimAtAsync(MediaId id) => AskAsync<DateTime?>($"select reclaim_at from media.items where id = {id}");

    private Task<long> CountUsesAsync() => AskAsync<long>($"select count(*) from media.uses where thread = {thread}");

    private async Task<bool> IsSomebodyWaitingAsync() =>
        await AskAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')");

    private async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
