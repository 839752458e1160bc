using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Kernel;
using Stoa.Media.Reclaiming;
using Stoa.Media.Storage;
using Stoa.Testing;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>A server with one uploader, readers that a test chooses, and books that must balance at the end of every test.</summary>
internal sealed class MediaStage : IAsyncDisposable, IMediaReaders
{
    private int joined;

    private MediaStage(StoaServer server, Uploader uploader) => (Server, Uploader) = (server, uploader);

    public StoaServer Server { get; private set; }

    public Uploader Uploader { get; private set; }

    /// <summary>Who may read which thread. The Threads module's answer in the test's hands.</summary>
    public HashSet<(string Person, ThreadId Thread)> Members { get; } = [];

    /// <summary>Called before each read of the store; may throw as a store that is away does.</summary>
    public Func<Task>? BeforeCopy { get; set; }

    public IMedia Media => Server.Services.GetRequiredService<IMedia>();

    public SweepMedia Sweeper => Server.Services.GetRequiredService<SweepMedia>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<MediaStage> OpenAsync(StoaServerOptions? options = null)
    {
        var stage = new MediaStage(null!, null!); // Both are set below; the server's services need the stage first.
        options ??= new();
        stage.Server = await StoaServer.StartAsync(options with
        {
            Settings = new Dictionary<string, string>(options.Settings) { ["People:PasswordIterations"] = "1" },
            Services = services =>
            {
                services.AddSingleton<IMediaReaders>(stage);
                var store = services.Last(service => service.ServiceType == typeof(IBlobStore));
                services.AddSingleton<IBlobStore>(provider => new WatchedStore((IBlobStore)store.ImplementationFactory!(provider), stage));
            },
        });
        stage.Uploader = await Uploader.JoinAsync(stage.Server);
        return stage;
    }

    public ValueTask<bool> MayReadAsync(PersonId reader, IReadOnlyList<MediaPlace> places, CancellationToken cancellationToken) =>
        new(places.Any(place => Members.Contains((reader.ToString(), place.Thread))));

    /// <summary>Another person, with a name that nobody has.</summary>
    public Task<Uploader> JoinAsync() => Uploader.JoinAsync(Server, $"person_{Interlocked.Increment(ref joined)}");

    public static MediaId IdOf(string path) => MediaId.Parse(path.Split('/')[^1], null);

    public async Task<MediaClaim> ClaimAsync(ThreadId thread, long seq, Uploader by, params string[] paths)
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var claim = await Media.ClaimAsync(connection, PersonId.Parse(by.Id, null), thread, seq, [.. paths.Select(IdOf)], Ct);
        await transaction.CommitAsync(Ct);
        return claim;
    }

    public async Task ReleaseAsync(ThreadId thread, long seq)
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await Media.ReleaseAsync(connection, thread, seq, Ct);
        await transaction.CommitAsync(Ct);
    }

    public async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    public IReadOnlyList<string> BlobFiles() =>
        [.. Directory.EnumerateFiles(Path.Combine(Server.Folder, "media"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>Nobody is charged for more or less than is theirs, every reference has its blob, every blob its row.</summary>
    public async Task AssertBooksAsync()
    {
        Assert.Equal(0, await AskAsync<long>("select count(*) from media.people p where bytes <> (select coalesce(sum(charged), 0) from media.items i where i.owner = p.person)"));
        Assert.Equal(0, await AskAsync<long>(
            """
            select count(*) from media.blobs b where (state = 1) <> exists (
              select from media.items where blob = b.name or thumbnail = b.name union all select from media.parts where blob = b.name)
            """));
        var known = (await AskAsync<string[]>("select coalesce(array_agg(name), '{}') from media.blobs"))!;
        var kept = (await AskAsync<string[]>("select coalesce(array_agg(name), '{}') from media.blobs where state = 1"))!;
        var files = BlobFiles();
        Assert.Empty(files.Except(known));
        Assert.Empty(kept.Except(files));
        Assert.Empty(Server.Log.Errors);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await AssertBooksAsync();
        }
        finally
        {
            Uploader.Dispose();
            await Server.DisposeAsync();
        }
    }

    private sealed class WatchedStore(IBlobStore store, MediaStage stage) : IBlobStore
    {
        public Task PutAsync(string name, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken) => store.PutAsync(name, open, length, sha256, cancellationToken);

        public async Task<bool> CopyAsync(string name, long offset, long length, Stream into, CancellationToken cancellationToken)
        {
            await (stage.BeforeCopy?.Invoke() ?? Task.CompletedTask);
            return await store.CopyAsync(name, offset, length, into, cancellationToken);
        }

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);

        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => store.ExistsAsync(name, cancellationToken);
    }
}

/// <summary>One server for the tests of a class, which use people of their own.</summary>
public sealed class SharedStage : IAsyncLifetime
{
    internal MediaStage Stage { get; private set; } = null!; // InitializeAsync runs before every test.

    public async ValueTask InitializeAsync() => Stage = await MediaStage.OpenAsync();

    public ValueTask DisposeAsync() => Stage.DisposeAsync();
}
