using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Clock;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

public sealed class ClockTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Moving_the_clock_moves_domain_time()
    {
        await using var server = await StoaServer.StartAsync(new() { RunningClock = true });
        var time = server.Services.GetRequiredService<TimeProvider>();
        var before = time.GetUtcNow();

        using var advanced = await server.Client.PutAsJsonAsync("/dev/clock", new { advanceSeconds = 86_400 }, Cancel);
        Assert.InRange(time.GetUtcNow() - before, TimeSpan.FromDays(1), TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));

        using var set = await server.Client.PutAsJsonAsync("/dev/clock", new { now = "2026-12-12T08:00:00Z" }, Cancel);
        Assert.InRange((await set.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("now").GetDateTimeOffset() - new DateTimeOffset(2026, 12, 12, 8, 0, 0, TimeSpan.Zero), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"now\":\"2026-12-12T08:00:00Z\",\"advanceSeconds\":1}")]
    [InlineData("{\"advanceSeconds\":1e300}")]
    public async Task A_move_that_says_nothing_clear_is_refused(string body)
    {
        await using var server = await StoaServer.StartAsync(new() { RunningClock = true });
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        await ProblemTests.AssertProblemAsync(await server.Client.PutAsync("/dev/clock", content, Cancel), 400, "invalid_request");
    }

    [Fact]
    public async Task In_production_nobody_moves_the_clock_and_each_line_of_the_log_is_JSON()
    {
        await using var server = new ServerProcess();
        await server.StartAsync("--environment=Production", "--Stoa:Limits=true");
        using var client = server.CreateClient();

        using var answer = await client.PutAsJsonAsync("/dev/clock", new { advanceSeconds = 1 }, Cancel);
        await ProblemTests.AssertProblemAsync(answer, 404, "not_found");
        await server.StopAsync();

        Assert.All(server.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(line).ValueKind));
    }

    [Fact]
    public async Task What_waits_for_a_moment_hears_of_a_move_past_it()
    {
        var clock = new MovableClock();
        var waited = Task.Delay(TimeSpan.FromDays(40), clock, Cancel);

        clock.MoveBy(TimeSpan.FromDays(39));
        Assert.False(waited.IsCompleted);
        clock.MoveBy(TimeSpan.FromDays(1));

        await Waiting.ForAsync(waited, "the timer to fire");
    }

    [Fact]
    public async Task A_period_goes_on_after_a_move_with_one_tick_for_all_that_was_skipped()
    {
        var clock = new MovableClock();
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);

        clock.MoveBy(TimeSpan.FromHours(10));
        Assert.True(await Waiting.ForAsync(timer.WaitForNextTickAsync(Cancel).AsTask(), "the first tick"));
        var next = timer.WaitForNextTickAsync(Cancel).AsTask();
        Assert.False(next.IsCompleted);
        clock.MoveBy(TimeSpan.FromHours(1));
        Assert.True(await Waiting.ForAsync(next, "the second tick"));
    }

    [Fact]
    public async Task A_period_goes_on_when_the_clock_is_moved_back()
    {
        var clock = new MovableClock();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), clock);
        clock.MoveBy(TimeSpan.FromHours(1));
        Assert.True(await Waiting.ForAsync(timer.WaitForNextTickAsync(Cancel).AsTask(), "a tick after the move forward"));

        clock.MoveBy(TimeSpan.FromHours(-1));

        Assert.True(await Waiting.ForAsync(timer.WaitForNextTickAsync(Cancel).AsTask(), "a tick that may have been due"));
        Assert.True(await Waiting.ForAsync(timer.WaitForNextTickAsync(Cancel).AsTask(), "a tick after the move back"));
    }
}
