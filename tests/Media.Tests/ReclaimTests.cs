using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>Limits of a person, and what becomes of uploads that nobody needs.</summary>
public sealed class ReclaimTests
{
    private static readonly ThreadId thread = ThreadId.New();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_holds_so_much_and_no_more_also_at_once()
    {
        await using var stage = await OpenAsync(("Media:BytesPerPerson", "10000"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stage.Uploader.TryBeginAsync(3000)));

        Assert.Equal(3, answers.Count(answer => (int)answer.StatusCode == 201));
        await Uploader.ExpectProblemAsync(answers.First(answer => (int)answer.StatusCode != 201), 507, "storage_full");
        using var gone = await stage.Uploader.SendAsync(HttpMethod.Delete, answers.First(answer => (int)answer.StatusCode == 201).Headers.Location!.OriginalString);
        await stage.Uploader.BeginAsync(4000);
        using var other = await Uploader.JoinAsync(stage.Server, "other");
        await other.BeginAsync(9000);
    }

    [Fact]
    public async Task Sixty_uploads_begin_in_an_hour_and_the_next_one_waits()
    {
        await using var stage = await MediaStage.OpenAsync(new() { Limits = true });
        for (var i = 0; i < 60; i++)
        {
            var path = await stage.Uploader.BeginAsync(1);
            // Giving one up gives none back.
            await stage.Uploader.SendAsync(HttpMethod.Delete, path);
        }

        using (var refused = await stage.Uploader.TryBeginAsync(1))
        {
            await Uploader.ExpectProblemAsync(refused, 429, "too_many_uploads");
            Assert.Equal(TimeSpan.FromHours(1), refused.Headers.RetryAfter?.Delta); // It is noon.
        }

        stage.Server.Clock.Advance(TimeSpan.FromHours(1));
        await stage.Uploader.BeginAsync(1);
    }

    [Fact]
    public async Task A_day_has_its_limit_too()
    {
        await using var stage = await MediaStage.OpenAsync(new() { Limits = true, Settings = new Dictionary<string, string> { ["Media:UploadsPerDay"] = "2" } });
        await stage.Uploader.BeginAsync(1);
        stage.Server.Clock.Advance(TimeSpan.FromHours(2));
        await stage.Uploader.BeginAsync(1);

        using var refused = await stage.Uploader.TryBeginAsync(1);

        await Uploader.ExpectProblemAsync(refused, 429, "too_many_uploads");
        Assert.Equal(TimeSpan.FromHours(10), refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task What_was_meant_as_a_video_and_is_none_has_the_limit_of_what_it_is()
    {
        await using var stage = await OpenAsync(("Media:BytesMax", "1000"));
        var path = await stage.Uploader.BeginAsync(1001, "a.mp4", "video/mp4");

        using var answer = await stage.Uploader.PatchAsync(path, 0, new byte[1001]);

        await Uploader.ExpectProblemAsync(answer, 422, "media_too_large");
    }

    [Fact]
    public async Task An_unfinished_upload_is_forgotten_after_a_day_with_all_that_has_come()
    {
        await using var stage = await OpenAsync();
        var path = await stage.Uploader.BeginAsync(5000);
        using (var some = await stage.Uploader.PatchAsync(path, 0, new byte[2000]))
        {
            Assert.Equal("Sat, 21 Nov 2026 12:00:00 GMT", Assert.Single(some.Headers.GetValues("Upload-Expires")));
        }

        stage.Server.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await stage.Sweeper.RunOnceAsync(Ct);
        Assert.Equal(2000, await stage.Uploader.OffsetAsync(path));

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await stage.Sweeper.RunOnceAsync(Ct);
        using var gone = await stage.Uploader.SendAsync(HttpMethod.Head, path);
        Assert.Equal(404, (int)gone.StatusCode);
        await AssertEmptyAsync(stage);
    }

    [Fact]
    public async Task A_finished_upload_that_nothing_uses_goes_after_a_day_and_one_that_is_used_stays()
    {
        await using var stage = await OpenAsync();
        var (unused, used) = (await stage.Uploader.UploadAsync(Samples.Read("text.png")), await stage.Uploader.UploadAsync(Samples.Read("film.mp4")));
        await stage.Uploader.SendAsync(HttpMethod.Put, unused + "/thumbnail", Samples.Read("still.webp"));
        await stage.ClaimAsync(thread, 1, stage.Uploader, used);
        Assert.Equal(3, stage.BlobFiles().Count);

        stage.Server.Clock.Advance(TimeSpan.FromDays(25));
        await stage.Sweeper.RunOnceAsync(Ct);

        Assert.Single(stage.BlobFiles());
        Assert.Equal("video", (await stage.Uploader.InfoAsync(used)).GetProperty("kind").GetString());
        using var gone = await stage.Uploader.Client.GetAsync(unused, Ct);
        Assert.Equal(404, (int)gone.StatusCode);
    }

    [Fact]
    public async Task A_released_one_goes_after_the_grace_unless_it_is_used_again()
    {
        await using var stage = await OpenAsync();
        var (once, again) = (await stage.Uploader.UploadAsync([1, 2]), await stage.Uploader.UploadAsync([3]));
        await stage.ClaimAsync(thread, 1, stage.Uploader, once, again);
        await stage.ReleaseAsync(thread, 1);
        stage.Server.Clock.Advance(TimeSpan.FromMinutes(59));
        await stage.Sweeper.RunOnceAsync(Ct);
        Assert.True((await stage.ClaimAsync(thread, 2, stage.Uploader, again)).Done);

        stage.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await stage.Sweeper.RunOnceAsync(Ct);

        Assert.Single(stage.BlobFiles());
        Assert.False((await stage.ClaimAsync(thread, 3, stage.Uploader, once)).Done);
    }

    [Fact]
    public async Task A_claim_at_the_moment_of_the_sweep_wins_or_is_refused_and_nothing_is_half()
    {
        await using var stage = await OpenAsync();
        var path = await stage.Uploader.UploadAsync([1, 2, 3]);
        stage.Server.Clock.Advance(TimeSpan.FromDays(2));
        await using (var connection = await stage.Server.Database.DataSource.OpenConnectionAsync(Ct))
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            Assert.True((await stage.Media.ClaimAsync(connection, PersonId.Parse(stage.Uploader.Id, null), thread, 1, [MediaStage.IdOf(path)], Ct)).Done);
            await stage.Sweeper.RunOnceAsync(Ct); // Does not wait for the claim, and leaves it alone.
            await transaction.CommitAsync(Ct);
        }

        await stage.Sweeper.RunOnceAsync(Ct);
        Assert.Single(stage.BlobFiles());
        Assert.Equal("file", (await stage.Uploader.InfoAsync(path)).GetProperty("kind").GetString());

        for (var round = 0; round < 20; round++)
        {
            var raced = await stage.Uploader.UploadAsync([1, 2, 3]);
            stage.Server.Clock.Advance(TimeSpan.FromDays(2));
            var claiming = stage.ClaimAsync(thread, 100 + round, stage.Uploader, raced);
            var sweeping = stage.Sweeper.RunOnceAsync(Ct);
            await Task.WhenAll(claiming, sweeping);
            using var answer = await stage.Uploader.Client.GetAsync(raced, Ct);
            Assert.Equal((await claiming).Done ? 302 : 404, (int)answer.StatusCode);
            await stage.AssertBooksAsync();
        }
    }

    [Fact]
    public async Task Two_sweepers_at_once_do_no_harm()
    {
        await using var stage = await OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await stage.Uploader.UploadAsync([1, 2, 3]);
        }

        stage.Server.Clock.Advance(TimeSpan.FromDays(2));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => stage.Sweeper.RunOnceAsync(Ct)));

        await AssertEmptyAsync(stage);
    }

    [Fact]
    public async Task A_blob_that_a_crash_left_behind_is_found_and_removed()
    {
        await using var stage = await OpenAsync();
        var kept = await stage.Uploader.UploadAsync([1, 2, 3]);
        var rows = stage.Server.Services.GetRequiredService<Storage.BlobRows>();
        // Died after the put and before anything referred to it; died after the row of its upload went.
        var (planned, young) = (await PutAsync(rows), await PutAsync(rows));
        var doomed = await PutAsync(rows);
        await ExecuteAsync(stage, $"update media.blobs set since = now() - interval '61 minutes' where name = '{planned}'; update media.blobs set state = 2 where name = '{doomed}'");

        await stage.Sweeper.RunOnceAsync(Ct);

        Assert.Equal(2, stage.BlobFiles().Count);
        Assert.Contains(young, stage.BlobFiles());
        Assert.Equal("file", (await stage.Uploader.InfoAsync(kept)).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_blob_that_was_given_up_is_never_referred_to()
    {
        await using var stage = await OpenAsync();
        var rows = stage.Server.Services.GetRequiredService<Storage.BlobRows>();
        var slow = await PutAsync(rows);
        await ExecuteAsync(stage, "update media.blobs set since = now() - interval '61 minutes'");
        await rows.SweepAsync(100, Ct);

        await using var connection = await stage.Server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);

        Assert.Equal(0, await Storage.BlobRows.KeepAsync(connection, transaction, [slow]));
    }

    private static Task<MediaStage> OpenAsync(params (string Key, string Value)[] settings) =>
        MediaStage.OpenAsync(new() { Settings = settings.ToDictionary(setting => setting.Key, setting => setting.Value) });

    private static Task<string> PutAsync(Storage.BlobRows rows) =>
        rows.PutAsync(() => new MemoryStream([9]), 1, System.Security.Cryptography.SHA256.HashData([9]), Ct);

    private static async Task ExecuteAsync(MediaStage stage, string sql)
    {
        await using var connection = await stage.Server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(sql);
    }

    private static async Task AssertEmptyAsync(MediaStage stage)
    {
        Assert.Empty(stage.BlobFiles());
        Assert.Equal(0, await stage.AskAsync<long>("select (select count(*) from media.items) + (select count(*) from media.blobs) + (select count(*) from media.parts) + (select sum(bytes) from media.people)"));
    }
}
