using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>One side of a thread takes nothing more from the other.</summary>
public sealed class BlockTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_is_blocked_is_refused_as_if_the_thread_were_not_there_and_reads_on()
    {
        var (zofia, piotr) = (await Somebody.SignUpAsync(shared.Server, "block_z1"), await Somebody.SignUpAsync(shared.Server, "block_p1"));
        var thread = await zofia.OpenAsync("@block_p1");
        await piotr.SendAsync(thread, "before");
        await BlockAsync(zofia, thread);

        using var refused = await piotr.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "after" });

        Assert.Equal(404, (int)refused.StatusCode);
        Assert.Contains("thread_not_found", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Single(await piotr.AllEventsAsync(thread));
        Assert.Equal(2, await zofia.SendAsync(thread, "I can still write"));
    }

    [Fact]
    public async Task Only_the_one_who_blocks_sees_it_and_may_end_it()
    {
        var (zofia, piotr) = (await Somebody.SignUpAsync(shared.Server, "block_z2"), await Somebody.SignUpAsync(shared.Server, "block_p2"));
        var thread = await zofia.OpenAsync("@block_p2");
        await BlockAsync(zofia, thread);
        await BlockAsync(zofia, thread);

        Assert.True((await zofia.GetAsync($"/api/threads/{thread}")).GetProperty("blocked").GetBoolean());
        Assert.False((await piotr.GetAsync($"/api/threads/{thread}")).TryGetProperty("blocked", out _));
        using var fromPiotr = await piotr.Client.DeleteAsync($"/api/threads/{thread}/block", Ct);
        using var refused = await piotr.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "let me in" });
        Assert.Equal(404, (int)refused.StatusCode);
        using var fromZofia = await zofia.Client.DeleteAsync($"/api/threads/{thread}/block", Ct);
        Assert.Equal(1, await piotr.SendAsync(thread, "back"));
    }

    [Fact]
    public async Task After_the_answer_to_a_block_nothing_more_is_stored()
    {
        var (zofia, piotr) = (await Somebody.SignUpAsync(shared.Server, "block_z3"), await Somebody.SignUpAsync(shared.Server, "block_p3"));
        var thread = await zofia.OpenAsync("@block_p3");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var sending = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var answer = await piotr.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "spam" });
            }
        }, Ct);

        await BlockAsync(zofia, thread);
        var stored = (await zofia.GetAsync($"/api/threads/{thread}")).GetProperty("lastSeq").GetInt64();
        await stop.CancelAsync();
        await sending;

        Assert.Equal(stored, (await zofia.GetAsync($"/api/threads/{thread}")).GetProperty("lastSeq").GetInt64());
    }

    private static async Task BlockAsync(Somebody who, Stoa.Kernel.ThreadId thread)
    {
        using var answer = await who.Client.PutAsync($"/api/threads/{thread}/block", null, Ct);
        Assert.Equal(204, (int)answer.StatusCode);
    }
}
