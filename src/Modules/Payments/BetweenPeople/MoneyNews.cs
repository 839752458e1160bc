using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Tells devices that something has changed; they ask for it when they show it. A hint: it may be lost.</summary>
internal sealed class MoneyNews(ILiveHub live, IPeopleThreads threads)
{
    // Beyond it a group's members see the state when they open or scroll to the card.
    private const int ToldMax = 256;

    /// <param name="Version">Rises with each change of the thing.</param>
    public sealed record Frame([property: JsonPropertyOrder(-1)] string Op, Guid Id, int Version);

    public Task TellAsync(TransferRow row, CancellationToken cancellationToken) =>
        TellAsync(row.Id, row.Version, row.Thread, row.Receiver is { } receiver ? [row.Sender, receiver] : [row.Sender], cancellationToken);

    public Task TellAsync(BillRow bill, CancellationToken cancellationToken) => TellAsync(bill.Id, bill.Version, bill.Thread, [bill.Asker], cancellationToken);

    public Task TellAsync(GiftRow gift, CancellationToken cancellationToken) =>
        TellAsync(gift.Id, gift.Version, gift.Thread, [gift.Giver, .. gift.Portions.Select(p => p.Claimer).OfType<PersonId>()], cancellationToken);

    private async Task TellAsync(Guid id, int version, ThreadId? thread, PersonId[] parties, CancellationToken cancellationToken)
    {
        var people = thread is { } place ? [.. (await threads.ListAsync(place, ToldMax, cancellationToken)).Union(parties)] : parties;
        live.SendToPeople(people, JsonSerializer.SerializeToUtf8Bytes(new Frame("money", id, version), MoneyFrameJson.Default.Frame));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MoneyNews.Frame))]
internal sealed partial class MoneyFrameJson : JsonSerializerContext;
