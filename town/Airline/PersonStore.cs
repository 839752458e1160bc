using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Town.Storage;

namespace Stoa.Town.Airline;

/// <summary>What one record of the journal says: a person's state as a whole, or that messages up to a number have been sent.</summary>
internal sealed record StoredChange
{
    public PersonState? State { get; init; }

    public string? Person { get; init; }

    public long SentUpTo { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoredChange))]
internal sealed partial class StoreJson : JsonSerializerContext;

/// <summary>
/// Everybody's state, in memory and in a journal. Deciding and writing happen under one lock, so what one person is told
/// (this seat is yours) was still true when it was written.
/// </summary>
internal sealed class PersonStore : IDisposable
{
    private const long RewriteAbove = 16 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, PersonState> people = [];
    private readonly Desk desk = new();
    private readonly Journal journal;
    private long rewriteAbove;

    /// <param name="rewriteAbove">Bytes above which the journal is written anew.</param>
    public PersonStore(string folder, long rewriteAbove = RewriteAbove)
    {
        this.rewriteAbove = rewriteAbove;
        journal = Journal.Open(folder, Replay);
        foreach (var person in people.Values) desk.Replace(null, person);
    }

    public IDesk Desk => desk;

    public PersonState Read(string person)
    {
        lock (gate) return people.GetValueOrDefault(person) ?? new PersonState(person);
    }

    /// <summary>People who have messages waiting to be sent.</summary>
    public IReadOnlyList<string> Waiting()
    {
        lock (gate) return [.. people.Values.Where(person => person.Outbox.Count > 0).Select(person => person.Id)];
    }

    /// <summary>Decides on the newest state and writes the outcome to disk before it returns.</summary>
    public Decision Decide(string person, Func<PersonState, IDesk, Decision> decide)
    {
        lock (gate)
        {
            var before = people.GetValueOrDefault(person) ?? new PersonState(person);
            var decision = decide(before, desk);
            if (!ReferenceEquals(decision.State, before))
            {
                journal.Append(JsonSerializer.Serialize(new StoredChange { State = decision.State }, StoreJson.Default.StoredChange));
                people[person] = decision.State;
                desk.Replace(before, decision.State);
                ShrinkIfLong();
            }
            return decision;
        }
    }

    /// <summary>Takes messages up to this number out of the person's outbox.</summary>
    public void Sent(string person, long upTo)
    {
        lock (gate)
        {
            if (!people.TryGetValue(person, out var state)) return;
            // Not forced to disk: a lost mark sends one message twice after a power cut, and a kill of the process loses none.
            journal.Append(JsonSerializer.Serialize(new StoredChange { Person = person, SentUpTo = upTo }, StoreJson.Default.StoredChange), durable: false);
            people[person] = Without(state, upTo);
        }
    }

    public void Dispose()
    {
        lock (gate) journal.Dispose();
    }

    private void Replay(string record)
    {
        var change = JsonSerializer.Deserialize(record, StoreJson.Default.StoredChange) ?? throw new InvalidDataException("A record of the journal is null.");
        if (change.State is { } state) people[state.Id] = state;
        else if (change.Person is { } person && people.TryGetValue(person, out var known)) people[person] = Without(known, change.SentUpTo);
    }

    private void ShrinkIfLong()
    {
        if (journal.Length <= rewriteAbove) return;
        journal.Rewrite(people.Values.Select(person => JsonSerializer.Serialize(new StoredChange { State = person }, StoreJson.Default.StoredChange)));
        // A town that has outgrown the bound is written anew each time it has doubled, not at every word.
        rewriteAbove = Math.Max(rewriteAbove, 2 * journal.Length);
    }

    private static PersonState Without(PersonState state, long upTo) => state with { Outbox = [.. state.Outbox.Where(message => message.Number > upTo)] };
}
