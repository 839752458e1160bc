using System.Text;
using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>What crosses to other nodes comes out as it went in.</summary>
public sealed class EventBytesTests
{
    private static readonly DateTimeOffset at = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void Events_come_out_as_they_went_in()
    {
        var plain = Event(1, "{\"text\":\"Sziasztok\"}", null, null);
        var fading = Event(2, "{}", at.AddSeconds(60), null);
        var edit = Event(3, "{\"of\":1,\"text\":\"Szia\"}", null, (1, [7_000_000_000_000_005, 7_000_000_000_000_006]));
        var pin = Event(4, "{\"of\":1}", null, (1, []));

        var read = EventBytes.Write([plain, fading, edit, pin]).SelectMany(bytes => EventBytes.Read(bytes) ?? []).ToList();

        Assert.Equal([plain, fading, edit, pin], read, Same);
    }

    [Fact]
    public void Many_go_in_several_messages_in_order()
    {
        var events = Enumerable.Range(1, 100).Select(seq => Event(seq, $"{{\"text\":\"{new string('x', 16_000)}\"}}", null, null)).ToList();

        var messages = EventBytes.Write(events).ToList();

        Assert.InRange(messages.Count, 4, 10);
        Assert.Equal(events, messages.SelectMany(bytes => EventBytes.Read(bytes) ?? []), Same);
    }

    [Fact]
    public void Another_versions_bytes_are_not_guessed_at() => Assert.Null(EventBytes.Read(new byte[] { 99, 1, 2, 3 }));

    [Fact]
    public void Every_happening_has_a_written_name()
    {
        var named = typeof(ThreadHappening).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>().Select(named => named.DerivedType);

        Assert.Equal(typeof(ThreadHappening).Assembly.GetTypes().Where(type => type.BaseType == typeof(ThreadHappening)).ToHashSet(), named.ToHashSet());
    }

    private static CommittedEvent Event(long seq, string body, DateTimeOffset? expiresAt, (long, IReadOnlyList<long>)? of) => new(
        new(new(new ThreadId(7_000_000_000_000_001), new MemberId(7_000_000_000_000_002), new Guid("0192e5f0-0000-7000-8000-000000000001"), "message", Encoding.UTF8.GetBytes(body)), EventKind.Message, 0, at) { Of = of },
        new(AppendVerdict.Appended, seq, at, false, 3) { ExpiresAt = expiresAt });

    private static bool Same(CommittedEvent one, CommittedEvent other) =>
        one.Result == other.Result && one.Event.Kind == other.Event.Kind && one.Event.Of?.Seq == other.Event.Of?.Seq
        && (one.Event.Of?.UnseenBy ?? []).SequenceEqual(other.Event.Of?.UnseenBy ?? [])
        && one.Event.What with { Body = default } == other.Event.What with { Body = default } && one.Event.What.Body.Span.SequenceEqual(other.Event.What.Body.Span);
}
