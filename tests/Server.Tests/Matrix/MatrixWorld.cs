using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stoa.Hosting;
using Stoa.Testing;

namespace Stoa.Server.Tests.Matrix;

/// <summary>
/// Everybody the matrix asks for, really made: Zofia (the member) talks with Leila and has paid the page Pallas; Noa is the stranger; Quay is
/// another page of another app. Piotr is blocked by Zofia, and Pallas by Amélie.
/// </summary>
internal sealed class MatrixWorld : IAsyncDisposable
{
    // A WebP of one pixel.
    private static readonly byte[] pixel = [.. "RIFF"u8, 18, 0, 0, 0, .. "WEBPVP8L"u8, 6, 0, 0, 0, 0x2F, 0, 0, 0, 0, 0];

    private readonly WebApplication bots;
    private readonly Dictionary<string, string> things;
    private readonly JsonElement pallas;
    private readonly JsonElement quay;
    private readonly FreshNames names = new();

    private MatrixWorld(StoaServer server, WebApplication bots, JsonElement pallas, JsonElement quay, Dictionary<string, string> things) =>
        (Server, this.bots, this.pallas, this.quay, this.things) = (server, bots, pallas, quay, things);

    public StoaServer Server { get; }

    public static async Task<MatrixWorld> OpenAsync(CancellationToken cancellationToken)
    {
        var server = await StoaServer.StartAsync(new() { World = World.Town, Settings = new Dictionary<string, string> { ["Threads:Requests"] = "true" } });
        var events = Channel.CreateUnbounded<JsonElement>();
        var bots = await ListenAsync(events);
        var webhook = bots.Urls.First() + "/webhook";
        var pallas = await CreateBotAsync(server, "pallas", webhook, cancellationToken);
        var quay = await CreateBotAsync(server, "quay", webhook, cancellationToken);

        var zofia = await SignInAsync(server, "zofia", cancellationToken);
        var direct = Text(await PostAsync(server.Client, "/api/threads", new { with = new[] { "@leila" } }, zofia, cancellationToken), "id");
        // Leila opens it too: to her it is a request no more, nor is what Zofia adds her to.
        await PostAsync(server.Client, "/api/threads", new { with = new[] { "@zofia" } }, await SignInAsync(server, "leila", cancellationToken), cancellationToken);
        await PostAsync(server.Client, $"/api/threads/{direct}/messages", new { clientId = Guid.NewGuid(), text = "hello" }, zofia, cancellationToken);
        await PostAsync(server.Client, $"/api/threads/{direct}/messages", new { clientId = Guid.NewGuid(), poll = new { question = "When?", options = new[] { "now", "then" } } }, zofia, cancellationToken);
        var business = Text(await PostAsync(server.Client, "/api/threads", new { with = new[] { "page:pallas" } }, zofia, cancellationToken), "id");
        await PostAsync(server.Client, $"/api/threads/{business}/messages", new { clientId = Guid.NewGuid(), text = "hello" }, zofia, cancellationToken);

        var blocked = Text(await PostAsync(server.Client, "/api/threads", new { with = new[] { "@zofia" } }, await SignInAsync(server, "piotr", cancellationToken), cancellationToken), "id");
        await BlockAsync(server, blocked, zofia, cancellationToken);
        var spare = Text(await PostAsync(server.Client, "/api/threads", new { with = new[] { "@tomek" } }, zofia, cancellationToken), "id");

        var with = new { with = new[] { "@leila" }, title = "In the matrix" };
        var group = await PostAsync(server.Client, "/api/threads", with, zofia, cancellationToken);
        var invite = await PostAsync(server.Client, $"/api/threads/{Text(group, "id")}/invites", new { }, zofia, cancellationToken);
        // The link by which strangers come in leads elsewhere: they stay strangers to the other one.
        var open = await PostAsync(server.Client, "/api/threads", with, zofia, cancellationToken);
        var link = await PostAsync(server.Client, $"/api/threads/{Text(open, "id")}/invites", new { }, zofia, cancellationToken);
        var leila = group.GetProperty("members").EnumerateArray().Single(member => member.GetProperty("handle").GetString() == "leila");

        var psid = Text((await events.Reader.ReadAsync(cancellationToken)).GetProperty("sender"), "id");
        await PostAsync(server.Client, "/me/messages", JsonElement.Parse(Template(psid, Picture(webhook))), Text(pallas, "accessToken"), cancellationToken);
        var amelie = await SignInAsync(server, "amelie", cancellationToken);
        var closed = Text(await PostAsync(server.Client, "/api/threads", new { with = new[] { "page:pallas" } }, amelie, cancellationToken), "id");
        await PostAsync(server.Client, $"/api/threads/{closed}/messages", new { clientId = Guid.NewGuid(), text = "hello" }, amelie, cancellationToken);
        var blockedPsid = Text((await events.Reader.ReadAsync(cancellationToken)).GetProperty("sender"), "id");
        await BlockAsync(server, closed, amelie, cancellationToken);

        var card = await PostAsync(server.Client, "/api/payment-methods", new { token = NewCard() }, zofia, cancellationToken);
        // The page's message is the second event of the thread.
        var purchase = await PostAsync(server.Client, "/api/purchases",
            new { key = Guid.NewGuid(), thread = business, seq = 2, element = 0, button = 0, method = "balance:EUR" }, zofia, cancellationToken);

        var money = new { key = Guid.NewGuid(), thread = direct, amount = new { amountMinor = 100, currency = "EUR" } };
        var asks = await PostAsync(server.Client, "/api/money/requests", money, zofia, cancellationToken);
        var asked = await PostAsync(server.Client, "/api/money/requests", money, await SignInAsync(server, "leila", cancellationToken), cancellationToken);

        var gift = await PostAsync(server.Client, "/api/money/gifts",
            new { key = Guid.NewGuid(), thread = Text(group, "id"), amount = new { amountMinor = 100, currency = "EUR" }, portions = 2 }, await SignInAsync(server, "leila", cancellationToken), cancellationToken);

        var sent = await PostAsync(server.Client, "/api/money/transfers",
            new { key = Guid.NewGuid(), thread = direct, amount = new { amountMinor = 100, currency = "EUR" }, to = Text(leila, "id"), toName = Text(leila, "name"), firstPaymentConfirmed = true }, zofia, cancellationToken);

        var linkSecret = Guid.NewGuid().ToString("N");
        await PostAsync(server.Client, "/api/money/links", new { key = Guid.NewGuid(), secret = linkSecret, amount = new { amountMinor = 100, currency = "EUR" } }, zofia, cancellationToken);

        var upload = await BeginUploadAsync(server, 3, zofia, cancellationToken);
        var picture = await BeginUploadAsync(server, pixel.Length, zofia, cancellationToken);
        await SendBytesAsync(server, HttpMethod.Patch, picture, zofia, cancellationToken);
        await SendBytesAsync(server, HttpMethod.Put, picture + "/thumbnail", zofia, cancellationToken);

        var spareBot = await PostAsync(server.Client, "/api/bots", new { name = "Spare", username = "spare" }, zofia, cancellationToken);
        var delivery = await FirstDeliveryAsync(server, Text(pallas, "appId"), zofia, cancellationToken);

        return new(server, bots, pallas, quay, new()
        {
            ["ownApp"] = Text(pallas, "appId"),
            ["spareApp"] = Text(spareBot, "appId"),
            ["delivery"] = delivery,
            ["upload"] = upload,
            ["picture"] = picture,
            ["direct"] = direct,
            ["business"] = business,
            ["card"] = Text(card, "id"),
            ["purchase"] = Text(purchase, "id"),
            ["blocked"] = blocked,
            ["spare"] = spare,
            ["group"] = Text(group, "id"),
            ["invite"] = Text(invite, "id"),
            ["inviteToken"] = Text(link, "token"),
            ["leila"] = Text(leila, "id"),
            ["leilaName"] = Text(leila, "name"),
            ["gift"] = Text(gift, "id"),
            ["sent"] = Text(sent, "id"),
            ["linkSecret"] = linkSecret,
            ["asks"] = Text(asks, "id"),
            ["asked"] = Text(asked, "id"),
            ["psid"] = psid,
            ["pagePicture"] = Uri.EscapeDataString(Picture(webhook)),
            ["blockedPsid"] = blockedPsid,
            ["page"] = Text(pallas, "pageId"),
            ["app"] = Text(pallas, "appId"),
            ["webhook"] = webhook,
        });
    }

    /// <summary>Calls as somebody and describes the answer as an expectation is written.</summary>
    public async Task<string> CallAsync(MatrixRow row, Caller caller, CancellationToken cancellationToken)
    {
        if (caller == Caller.Blocked)
        {
            row = row with { Path = BlockedSide(row.Path) ?? row.Path, Body = BlockedSide(row.Body) };
        }

        var (method, path) = (row.Route.Split(' ')[0].Split(',')[0], Fill(row.Path));
        using var request = new HttpRequestMessage(new(method is "ANY" ? "POST" : method), path);
        if (row.Body is not null)
        {
            request.Content = new StringContent(Fill(row.Body), Encoding.UTF8, row.Headers.GetValueOrDefault("Content-Type", "application/json"));
        }

        foreach (var (name, value) in row.Headers.Where(header => header.Key != "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (await TokenOfAsync(row, caller, cancellationToken) is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await (caller == Caller.Operator ? Server.Admin : Server.Client).SendAsync(request, cancellationToken);
        return MatrixRow.Describe((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    public string PageToken => Text(pallas, "accessToken");

    /// <summary>A new session each time: some calls end theirs.</summary>
    public Task<string> SignInAsync(string handle, CancellationToken cancellationToken) => SignInAsync(Server, handle, cancellationToken);

    public string Fill(string text)
    {
        foreach (var (name, value) in things)
        {
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return text
            .Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal)
            .Replace("{fresh}", names.Next(), StringComparison.Ordinal)
            .Replace("{newCard}", NewCard(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await bots.StopAsync();
        await bots.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static string? BlockedSide(string? text) =>
        text?.Replace("{direct}", "{blocked}", StringComparison.Ordinal).Replace("{psid}", "{blockedPsid}", StringComparison.Ordinal);

    private static async Task BlockAsync(StoaServer server, string thread, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/threads/{thread}/block");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await server.Client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string> FirstDeliveryAsync(StoaServer server, string app, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/bots/{app}/deliveries");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await server.Client.SendAsync(request, cancellationToken);
        return Text(JsonElement.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).GetProperty("deliveries").EnumerateArray().First(one => Text(one, "field") == "messages"), "id");
    }

    /// <returns>The path of the upload.</returns>
    private static async Task<string> BeginUploadAsync(StoaServer server, int length, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/media");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", $"{length}");
        using var answer = await server.Client.SendAsync(request, cancellationToken);
        return answer.EnsureSuccessStatusCode().Headers.Location!.OriginalString; // An upload that began has one.
    }

    private static async Task SendBytesAsync(StoaServer server, HttpMethod method, string path, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(pixel) };
        request.Content.Headers.ContentType = new("application/offset+octet-stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", "0");
        using var answer = await server.Client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string?> TokenOfAsync(MatrixRow row, Caller caller, CancellationToken cancellationToken) => caller switch
    {
        Caller.Stranger => await SignInAsync(Server, "noa", cancellationToken),
        Caller.Blocked when row.Route.Contains("/api/", StringComparison.Ordinal) => await SignInAsync(Server, "piotr", cancellationToken),
        Caller.Blocked when row.Path.Contains("{app}", StringComparison.Ordinal) => $"{Text(pallas, "appId")}|{Text(pallas, "appSecret")}",
        Caller.Blocked => Text(pallas, "accessToken"),
        Caller.Member when row.Path.Contains("{app}", StringComparison.Ordinal) => $"{Text(pallas, "appId")}|{Text(pallas, "appSecret")}",
        Caller.Member when row.Route.Contains("/api/business/", StringComparison.Ordinal) => Text(pallas, "accessToken"),
        Caller.Member when row.Route.Contains("/api/", StringComparison.Ordinal) => await SignInAsync(Server, "zofia", cancellationToken),
        Caller.Member => Text(pallas, "accessToken"),
        Caller.OtherPage => Text(quay, "accessToken"),
        Caller.WrongApp => $"{Text(quay, "appId")}|{Text(quay, "appSecret")}",
        _ => null,
    };

    private static async Task<string> SignInAsync(StoaServer server, string handle, CancellationToken cancellationToken) =>
        Text(await PostAsync(server.Client, "/api/demo/sessions", new { handle }, null, cancellationToken), "token");

    private static Task<JsonElement> CreateBotAsync(StoaServer server, string username, string webhook, CancellationToken cancellationToken) =>
        PostAsync(server.Admin, "/admin/bots", new { name = username, username, webhook, verifyToken = "matrix", developer = username == "pallas" ? "zofia" : null }, null, cancellationToken);

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, cancellationToken);
        var said = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? JsonElement.Parse(said) : throw new InvalidOperationException($"POST {path}: {(int)answer.StatusCode} {said}");
    }

    /// <summary>A webhook for both pages: echoes the challenge, keeps messages.</summary>
    private static async Task<WebApplication> ListenAsync(Channel<JsonElement> events)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/webhook", (HttpRequest request) => Results.Text(request.Query["hub.challenge"]));
        app.MapGet("/picture.png", () => Results.Bytes(pixel, "image/png"));
        app.MapPost("/webhook", async (HttpRequest request) =>
        {
            using var body = await JsonDocument.ParseAsync(request.Body);
            var messaging = body.RootElement.GetProperty("entry")[0].GetProperty("messaging")[0];
            if (messaging.TryGetProperty("message", out _))
            {
                events.Writer.TryWrite(messaging.Clone());
            }

            // A pre-checkout is answered with yes; other events do not read it.
            return Results.Json(new { success = true });
        });
        await app.StartAsync();
        return app;
    }

    private static string Picture(string webhook) => new Uri(new Uri(webhook), "/picture.png").AbsoluteUri;

    private static string Template(string psid, string picture) =>
        """
        {"recipient":{"id":"PSID"},"message":{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[
          {"title":"Olive oil","subtitle":"One bottle","image_url":"PICTURE","buttons":[{"type":"payment","title":"buy","payload":"OIL","payment_summary":{
            "currency":"EUR","payment_type":"FIXED_AMOUNT","merchant_name":"Pallas","requested_user_info":["contact_name"],"price_list":[{"label":"Oil","amount":"5.00"}]}}]}]}}}}
        """.Replace("PSID", psid, StringComparison.Ordinal).Replace("PICTURE", picture, StringComparison.Ordinal);

    /// <summary>What the card page makes of a test card.</summary>
    private static string NewCard() =>
        "sbx1_" + Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"id":"{{Guid.NewGuid():N}}","brand":"visa","last4":"4242","expMonth":8,"expYear":2040}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString() ?? throw new InvalidOperationException($"{member} is null.");

    /// <summary>Names that nobody has yet.</summary>
    private sealed class FreshNames
    {
        private int count;

        public string Next() => $"fresh_{Interlocked.Increment(ref count)}";
    }
}
