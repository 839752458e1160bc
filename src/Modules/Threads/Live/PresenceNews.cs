using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <param name="LastSeen">Of who is not here.</param>
internal readonly record struct Seen(PersonId Person, bool Online, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? LastSeen = null);

/// <summary>
/// Carries presence to people: the first news at once, what follows within a second in one frame. A thousand friends who come back
/// together are one frame, and somebody who comes and goes ten times a second is told of once.
/// </summary>
/// <param name="reaches">Whether telling this person can reach anybody.</param>
internal sealed class PresenceNews(Func<PersonId, bool> reaches, Action<IReadOnlyList<PersonId>, ReadOnlyMemory<byte>> send)
{
    private readonly Lock gate = new();

    // A box is there while its person has had a frame within the second.
    private readonly Dictionary<PersonId, Dictionary<PersonId, Seen>> boxes = [];

    public void Tell(IReadOnlyCollection<PersonId> to, Seen news)
    {
        var atOnce = new List<PersonId>(to.Count);
        lock (gate)
        {
            foreach (var person in to)
            {
                if (!reaches(person))
                {
                    continue;
                }

                if (boxes.TryGetValue(person, out var waiting))
                {
                    waiting[news.Person] = news;
                }
                else
                {
                    boxes[person] = [];
                    atOnce.Add(person);
                }
            }
        }

        if (atOnce.Count > 0)
        {
            send(atOnce, ThreadFrames.Presence([news]));
        }
    }

    /// <summary>A second has passed: what has gathered goes out.</summary>
    public void Flush()
    {
        List<(PersonId To, Seen[] News)> full = [];
        lock (gate)
        {
            foreach (var (person, waiting) in boxes)
            {
                if (waiting.Count == 0)
                {
                    boxes.Remove(person);
                    continue;
                }

                full.Add((person, [.. waiting.Values]));
                waiting.Clear();
            }
        }

        foreach (var (to, news) in full)
        {
            foreach (var part in news.Chunk(Presence.PeersMax))
            {
                send([to], ThreadFrames.Presence(part));
            }
        }
    }
}
