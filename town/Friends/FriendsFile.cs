using System.Net;
using System.Text.Json.Serialization;
using Stoa.Town.Storage;

namespace Stoa.Town.Friends;

/// <summary>What the simulated people keep between runs.</summary>
internal sealed record FriendsFile
{
    /// <summary>Handle to session token.</summary>
    public Dictionary<string, string> Tokens { get; init; } = [];

    /// <summary>How many of the opening messages have been said.</summary>
    public int Opened { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FriendsFile))]
internal sealed partial class FriendsFileJson : JsonSerializerContext;

/// <summary>The sessions of the simulated people: one each, kept over restarts, made anew when the server no longer knows it.</summary>
internal sealed class Sessions(PeopleApi api, string path) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private FriendsFile file = PrivateFile.Read(path, FriendsFileJson.Default.FriendsFile) ?? new FriendsFile();

    public int Opened => file.Opened;

    public async Task<string> TokenAsync(string handle, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (file.Tokens.TryGetValue(handle, out var known)) return known;
            var token = await api.SignInAsync(handle, cancellation);
            Save(file with { Tokens = new Dictionary<string, string>(file.Tokens) { [handle] = token } });
            return token;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Runs a call with the person's token; a token that is no longer good is replaced once.</summary>
    public async Task<T> CallAsync<T>(string handle, Func<string, Task<T>> call, CancellationToken cancellation)
    {
        var token = await TokenAsync(handle, cancellation);
        try
        {
            return await call(token);
        }
        catch (PeopleApiException refused) when (refused.Status == HttpStatusCode.Unauthorized)
        {
            await ForgetAsync(handle, token, cancellation);
            return await call(await TokenAsync(handle, cancellation));
        }
    }

    public async Task ForgetAsync(string handle, string token, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (file.Tokens.GetValueOrDefault(handle) != token) return;
            var tokens = new Dictionary<string, string>(file.Tokens);
            tokens.Remove(handle);
            // Another server, or its data thrown away: the world is to be opened again, and repeats are harmless.
            Save(new FriendsFile { Tokens = tokens });
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task SaidAsync(int openings, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            Save(file with { Opened = openings });
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private void Save(FriendsFile changed)
    {
        PrivateFile.Write(path, changed, FriendsFileJson.Default.FriendsFile);
        file = changed;
    }
}
