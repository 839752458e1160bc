using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.Testing;
using Xunit;

namespace Stoa.Browser.Tests;

/// <summary>A business with a bot of its own at the other end of a real webhook: it sells hats, and answers as the test says.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly StoaServer server;
    private readonly WebApplication app;
    private readonly Channel<JsonElement> events;
    private string token = "";

    private Shop(StoaServer server, WebApplication app, Channel<JsonElement> events) => (this.server, this.app, this.events) = (server, app, events);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What to answer to a question (<c>checkout_update</c>, <c>pre_checkout</c>), by its name and body.</summary>
    public Func<string, JsonElement, string> Answer { get; set; } = (_, _) => """{"success":true}""";

    public static async Task<Shop> OpenAsync(StoaServer server)
    {
        var events = Channel.CreateBounded<JsonElement>(100);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var shop = new Shop(server, app, events);
        app.MapGet("/webhook", (HttpRequest request) => Results.Text(request.Query["hub.challenge"]));
        app.MapPost("/webhook", async (HttpRequest request) =>
        {
            using var body = await JsonDocument.ParseAsync(request.Body);
            var told = body.RootElement.GetProperty("entry")[0].GetProperty("messaging")[0].Clone();
            await events.Writer.WriteAsync(told);
            return new[] { "checkout_update", "pre_checkout" }.FirstOrDefault(q => told.TryGetProperty(q, out _)) is { } question
                ? Results.Text(shop.Answer(question, told.GetProperty(question)), "application/json")
                : Results.Ok();
        });
        await app.StartAsync(Ct);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(); // Kestrel has one after it started.
        using var made = await server.Admin.PostAsJsonAsync("/admin/bots", new { name = "Hats of Athens", username = "hats", webhook = $"{address}/webhook", verifyToken = "v" }, Ct);
        shop.token = (await made.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("accessToken").GetString() ?? "";
        return shop;
    }

    /// <summary>A demo person says good morning, and the shop offers them something.</summary>
    public async Task OfferAsync(string handle, string message)
    {
        using var session = await server.Client.PostAsJsonAsync("/api/demo/sessions", new { handle }, Ct);
        var person = (await session.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString() ?? "";
        var thread = (await CallAsync("/api/threads", """{"with":["page:hats"]}""", person)).GetProperty("id").GetString();
        await CallAsync($"/api/threads/{thread}/messages", $$"""{"clientId":"{{Guid.NewGuid()}}","text":"Good morning"}""", person);
        var psid = (await NextEventAsync("message")).GetProperty("sender").GetProperty("id").GetString();
        await CallAsync("/me/messages", $$"""{"recipient":{"id":"{{psid}}"},"message":{{message}}}""", token);
    }

    /// <summary>The body of the next event that has this member.</summary>
    public async Task<JsonElement> NextAsync(string member) => (await NextEventAsync(member)).GetProperty(member);

    /// <summary>A call as the business's program makes it.</summary>
    public Task<JsonElement> CallAsync(string path, string json) => CallAsync(path, json, token);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Client.SendAsync(request, Ct);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<JsonElement> NextEventAsync(string member)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        try
        {
            await foreach (var told in events.Reader.ReadAllAsync(patience.Token))
            {
                if (told.TryGetProperty(member, out _))
                {
                    return told;
                }
            }
        }
        catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
        {
            // Said below.
        }

        throw new TimeoutException($"No event with {member} came to the shop.");
    }

    private async Task<JsonElement> CallAsync(string path, string json, string as_)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", as_);
        using var response = await server.Client.SendAsync(request, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonElement.Parse(text);
    }
}
