using System.Net;
using System.Text.Json.Nodes;

namespace Stoa.Town.Tests;

/// <summary>The whole program against a platform that is played by the test: sockets, signatures, files.</summary>
public sealed class TownHostTests
{
    [Fact]
    public async Task A_flight_is_sold_over_signed_deliveries_and_the_send_api()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using var town = await RunningTown.StartAsync(platform, folder.Path);
        Assert.Equal(1, platform.BotsMade);
        Assert.Equal("start", platform.Profile!["get_started"]!["payload"]!.GetValue<string>());

        await Ok(platform.PressAsync("m1", "start"));
        Assert.Contains("Zofia", Text(await platform.NextMessageAsync("the welcome")), StringComparison.Ordinal);
        await platform.NextMessageAsync("the second half of the welcome");
        await Ok(platform.SayAsync("m2", "amsterdm to tel avv on 12 december"));
        Assert.Contains("Amsterdam to Tel Aviv", Text(await platform.NextMessageAsync("the flights' heading")), StringComparison.Ordinal);
        var choose = (await platform.NextMessageAsync("the carousel"))["attachment"]!["payload"]!["elements"]![0]!["buttons"]![0]!["payload"]!.GetValue<string>();
        await Ok(platform.PressAsync("m3", choose));
        await platform.NextMessageAsync("the question for the name");
        await Ok(platform.SayAsync("m4", "Zofia Nowak"));
        await platform.NextMessageAsync("the question for the seat");
        await Ok(platform.SayAsync("m5", "window"));
        await platform.NextMessageAsync("the summary");
        var button = (await platform.NextMessageAsync("the price"))["attachment"]!["payload"]!["elements"]![0]!["buttons"]![0]!.AsObject();
        var booking = button["payload"]!.GetValue<string>();
        var amount = (Talk.Total(button) / 100m).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal("""{"success":false}""", await Ok(platform.PreCheckoutAsync(booking, "0.01")));
        await platform.NextMessageAsync("the refusal");
        Assert.Equal("""{"success":true}""", await Ok(platform.PreCheckoutAsync(booking, amount)));
        await Ok(platform.PaidAsync(booking, amount, "pay-1"));
        Assert.StartsWith("Paid, thank you", Text(await platform.NextMessageAsync("the thanks")), StringComparison.Ordinal);
        Assert.Equal(["receipt", "airline_itinerary", "airline_checkin"], [Type(await platform.NextMessageAsync("the receipt")), Type(await platform.NextMessageAsync("the itinerary")), Type(await platform.NextMessageAsync("the check-in"))]);
        await Ok(platform.PressAsync("m6", "checkin:" + booking));
        var pass = (await platform.NextMessageAsync("the boarding pass"))["attachment"]!["payload"]!["boarding_pass"]![0]!;
        Assert.Equal(60, pass["qr_code"]!.GetValue<string>().Length);

        using var http = new HttpClient();
        Assert.StartsWith("<svg", await http.GetStringAsync(pass["logo_image_url"]!.GetValue<string>(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.StartsWith("<svg", await http.GetStringAsync(pass["above_bar_code_image_url"]!.GetValue<string>(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_repeated_after_a_restart_does_nothing_twice_and_the_page_is_made_once()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using (await RunningTown.StartAsync(platform, folder.Path))
        {
            await Ok(platform.SayAsync("m1", "help"));
            await platform.NextMessageAsync("the help");
        }
        await using (await RunningTown.StartAsync(platform, folder.Path))
        {
            Assert.Equal((1, 1), (platform.BotsMade, platform.Subscriptions));
            await Ok(platform.SayAsync("m1", "help"));
            await Ok(platform.SayAsync("m2", "thanks"));
            Assert.Contains("You're welcome", Text(await platform.NextMessageAsync("the answer to the second message")), StringComparison.Ordinal);
        }
        var secrets = Path.Combine(folder.Path, "town", "airline.json");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secrets));
    }

    [Fact]
    public async Task Messages_the_platform_could_not_take_are_sent_after_all_in_order()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using var town = await RunningTown.StartAsync(platform, folder.Path);
        platform.Failures.Enqueue((500, """{"error":{"message":"(#2) later","code":2}}"""));
        platform.Failures.Enqueue((503, "down"));
        await Ok(platform.PressAsync("m1", "start"));
        Assert.StartsWith("Welcome", Text(await platform.NextMessageAsync("the welcome")), StringComparison.Ordinal);
        Assert.StartsWith("Where would you like", Text(await platform.NextMessageAsync("the question")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_the_platform_refuses_for_good_does_not_hold_up_the_next()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using var town = await RunningTown.StartAsync(platform, folder.Path);
        platform.Failures.Enqueue((400, """{"error":{"message":"(#10) outside","code":10,"error_subcode":2018278}}"""));
        await Ok(platform.SayAsync("m1", "help"));
        await Ok(platform.SayAsync("m2", "thanks"));
        Assert.StartsWith("You're welcome", Text(await platform.NextMessageAsync("the answer to the second message")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_decided_before_the_end_goes_out_after_the_next_start()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using (await RunningTown.StartAsync(platform, folder.Path))
        {
            for (var i = 0; i < 50; i++) platform.Failures.Enqueue((503, "down"));
            await Ok(platform.SayAsync("m1", "help"));
        }
        platform.Failures.Clear();
        await using var again = await RunningTown.StartAsync(platform, folder.Path);
        Assert.StartsWith("I can:", Text(await platform.NextMessageAsync("the help")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_that_are_not_signed_rightly_are_refused()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using var town = await RunningTown.StartAsync(platform, folder.Path);
        using var forged = await platform.SayAsync("m1", "help", secret: "another");
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        using var http = new HttpClient();
        using var unsigned = await http.PostAsync(platform.Callback, new StringContent("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
        await Ok(platform.SayAsync("m2", "thanks"));
        Assert.StartsWith("You're welcome", Text(await platform.NextMessageAsync("the answer to the signed message")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"object":"page"}""")]
    [InlineData("""[]""")]
    [InlineData("""{"entry":[{"messaging":[{"sender":{"id":1},"read":{"watermark":1}}]}]}""")]
    [InlineData("""{"entry":[{"messaging":[{"message":{"mid":"m"}},{"sender":{},"postback":{}},7]}]}""")]
    [InlineData("""{"entry":[{"messaging":[{"sender":{"id":"7"},"message":{"mid":"m","is_echo":true,"text":"x"}}]}]}""")]
    [InlineData("""{"entry":{"messaging":"x"}}""")]
    public void Events_that_are_not_ours_to_answer_are_passed_over(string body) =>
        Assert.Empty(BotSdk.ReadEvents.From(System.Text.Encoding.UTF8.GetBytes(body), "d").Where(happened => happened.Person.Length > 0).Select(Airline.ReadAct.From).OfType<Airline.Incoming>());

    [Fact]
    public async Task A_server_that_lost_its_data_gets_the_page_anew()
    {
        using var folder = new Folder();
        await using var platform = await FakePlatform.StartAsync(folder.Path);
        await using (await RunningTown.StartAsync(platform, folder.Path)) Assert.Equal(1, platform.BotsMade);
        platform.KnowsToken = false;
        await using (await RunningTown.StartAsync(platform, folder.Path)) Assert.Equal(2, platform.BotsMade);
    }

    private static async Task<string> Ok(Task<HttpResponseMessage> delivery)
    {
        using var answer = await delivery;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static string Text(JsonObject message) => message["text"]?.GetValue<string>() ?? message.ToJsonString();

    private static string Type(JsonObject message) => message["attachment"]!["payload"]!["template_type"]!.GetValue<string>();

    private sealed class RunningTown(Task run, CancellationTokenSource stop) : IAsyncDisposable
    {
        public static async Task<RunningTown> StartAsync(FakePlatform platform, string folder)
        {
            var stop = new CancellationTokenSource();
            var ready = new TaskCompletionSource();
            var options = new TownOptions(platform.Address, platform.Socket, Path.Combine(folder, "town"), 0, 1, null, false);
            var run = TownHost.RunAsync(options, ready.SetResult, stop.Token);
            await Task.WhenAny(ready.Task, run).WaitAsync(TimeSpan.FromSeconds(20));
            if (run.IsCompleted) await run;
            return new RunningTown(run, stop);
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await run.WaitAsync(TimeSpan.FromSeconds(10));
            stop.Dispose();
        }
    }
}
