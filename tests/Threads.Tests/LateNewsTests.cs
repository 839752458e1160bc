using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>What is told after its time: another node's news, or one's own after a slow look-up.</summary>
public sealed class LateNewsTests
{
    [Fact]
    public async Task Who_came_into_a_group_after_an_event_is_not_told_of_it_late()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        await Somebody.SignUpAsync(server, "two");
        var old = await Somebody.SignUpAsync(server, "old");
        var late = await Somebody.SignUpAsync(server, "late");
        using var made = await one.Client.PostAsJsonAsync("/api/threads", new { with = new[] { "@two", "@old" }, title = "Orchestra" }, TestContext.Current.CancellationToken);
        var thread = Somebody.IdOf<ThreadId>(await made.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
        await one.SendAsync(thread, "before");
        using var added = await one.Client.PostAsJsonAsync($"/api/threads/{thread}/members", new { clientId = Guid.NewGuid(), people = new[] { "@late" } }, TestContext.Current.CancellationToken);
        Assert.True(added.IsSuccessStatusCode);
        await using var olds = await old.ConnectAsync();
        await using var lates = await late.ConnectAsync();

        // As another node would tell it: committed when the group was as it was made, heard when it has changed.
        await server.Services.GetRequiredService<Fanout>().TellAsync(
            [new CommittedEvent(new(new(thread, one.Id, Guid.NewGuid(), "message", "{\"text\":\"late\"}"u8.ToArray()), EventKind.Message, 0, default), new(AppendVerdict.Appended, 1, default, false, 1))],
            TestContext.Current.CancellationToken);
        await one.SendAsync(thread, "after");

        await lates.WaitAsync("event", frame => frame.GetRawText().Contains("after", StringComparison.Ordinal));
        await olds.WaitAsync("event", frame => frame.GetRawText().Contains("after", StringComparison.Ordinal));
        Assert.Contains(olds.Seen, frame => frame.GetRawText().Contains("\"late\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lates.Seen, frame => frame.GetRawText().Contains("\"text\":\"late\"", StringComparison.Ordinal));
    }
}
