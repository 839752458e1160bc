using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Stoa.Payments.Receipts;
using Stoa.Testing;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>Receipts, verified by the very code of the page that is kept as a file, run without a server.</summary>
public sealed class ReceiptTests : PurchaseTest
{
    [Fact]
    public async Task A_receipt_verifies_without_us_and_a_changed_one_does_not()
    {
        var receipt = await ReceiptOfAsync(await PayAsync());
        var serverKey = receipt["receipt"]!["keys"]!["server"]!.GetValue<string>(); // The contract names it.

        Assert.Equal("valid", await VerifyAsync(receipt, serverKey));
        Assert.Equal(21460, receipt["receipt"]!["amount"]!["amountMinor"]!.GetValue<int>());

        foreach (var change in new Action<JsonNode>[]
        {
            r => r["receipt"]!["amount"]!["amountMinor"] = 1,
            r => r["receipt"]!["merchant"]!["name"] = "Halcyon  Air",
            r => r["receipt"]!["lines"]!.AsArray().Add(new JsonObject { ["label"] = "More", ["amountMinor"] = 0 }),
            r => r["receipt"]!["extra"] = true,
            r => r["receipt"]!.AsObject().Remove("orderedAt"),
        })
        {
            var tampered = receipt.DeepClone();
            change(tampered);
            Assert.Equal("shop_signature", await VerifyAsync(tampered, serverKey));
        }
    }

    [Fact]
    public async Task A_receipt_that_another_key_signed_does_not_verify()
    {
        var receipt = await ReceiptOfAsync(await PayAsync());
        var serverKey = receipt["receipt"]!["keys"]!["server"]!.GetValue<string>(); // The contract names it.
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var forgersKey = Base64Url.EncodeToString(forger.ExportSubjectPublicKeyInfo());

        // A shop that the server does not know.
        var forged = receipt.DeepClone();
        forged["receipt"]!["keys"]!["shop"] = forgersKey;
        forged["signatures"]!["shop"] = Sign(forger, forged["receipt"]!);
        Assert.Equal("server_signature", await VerifyAsync(forged, serverKey));

        // A whole server that is not this one.
        Assert.Equal("other_server", await VerifyAsync(receipt, forgersKey));
        var swapped = receipt.DeepClone();
        swapped["signatures"]!["shop"] = swapped["signatures"]!["server"]!.GetValue<string>();
        Assert.Equal("shop_signature", await VerifyAsync(swapped, serverKey));
    }

    [Fact]
    public async Task A_refund_gives_a_new_receipt_that_takes_the_place_of_the_old_one()
    {
        var purchase = await PayAsync();
        var older = await ReceiptOfAsync(purchase);
        await stage.RefundAndWaitAsync(purchase, 40_00);
        await stage.SettleAsync();

        var newer = await ReceiptOfAsync(purchase);
        var serverKey = newer["receipt"]!["keys"]!["server"]!.GetValue<string>(); // The contract names it.
        Assert.Equal((1, 2), (older["receipt"]!["number"]!.GetValue<int>(), newer["receipt"]!["number"]!.GetValue<int>()));
        Assert.Equal(40_00, newer["receipt"]!["refunded"]!["amountMinor"]!.GetValue<int>());
        Assert.Equal("valid", await VerifyAsync(newer, serverKey));
        Assert.Equal("true", await RunPageAsync($"supersedes({newer.ToJsonString()}, {older.ToJsonString()})"));
        Assert.Equal("false", await RunPageAsync($"supersedes({older.ToJsonString()}, {newer.ToJsonString()})"));
        var other = await ReceiptOfAsync(await PayAsync());
        Assert.Equal("false", await RunPageAsync($"supersedes({newer.ToJsonString()}, {other.ToJsonString()})"));
        // Asked for again it is the same, byte for byte.
        Assert.Equal(newer.ToJsonString(), (await ReceiptOfAsync(purchase)).ToJsonString());
    }

    [Fact]
    public async Task A_receipt_first_asked_for_after_a_refund_names_the_one_of_the_payment()
    {
        var purchase = await PayAsync();
        await stage.RefundAndWaitAsync(purchase);
        await stage.SettleAsync();

        var receipt = await ReceiptOfAsync(purchase);

        Assert.Equal((2, 1), (receipt["receipt"]!["number"]!.GetValue<int>(), receipt["receipt"]!["supersedes"]!["number"]!.GetValue<int>()));
        Assert.Equal(2, await stage.CountAsync("payments.receipts"));
    }

    [Fact]
    public async Task A_receipt_that_is_asked_for_many_times_at_once_is_issued_once()
    {
        var purchase = await PayAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReceiptOfAsync(purchase)));

        Assert.Single(all.Select(receipt => receipt.ToJsonString()).Distinct());
        Assert.Equal((1, 2), (await stage.CountAsync("payments.receipts"), await stage.CountAsync("payments.signing_keys")));
        // And stays as it is.
        await Assert.ThrowsAsync<PostgresException>(() => stage.AskAsync<int>("update payments.receipts set refunded_minor = 1"));
        Assert.DoesNotContain("PRIVATE", await stage.AskAsync<string>("select encode(private_key, 'escape') from payments.signing_keys limit 1") ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_paid_has_no_receipt()
    {
        var failed = await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("0002"));

        var (status, problem) = await buyer.SendAsync(HttpMethod.Get, $"/api/purchases/{failed.Text("id")}/receipt");

        Assert.Equal((409, "not_paid"), (status, problem.Text("code")));
    }

    [Fact]
    public async Task The_page_that_verifies_holds_the_server_s_key_and_may_reach_nothing()
    {
        var receipt = await ReceiptOfAsync(await PayAsync());

        using var answer = await stage.Server.Client.GetAsync(IssueReceipt.VerifyPath, Stage.Ct);
        var page = await answer.Content.ReadAsStringAsync(Stage.Ct);

        Assert.Contains(receipt["receipt"]!["keys"]!["server"]!.GetValue<string>(), page, StringComparison.Ordinal); // The contract names it.
        Assert.StartsWith("default-src 'none'; script-src 'nonce-", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("fetch(", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_link_and_its_picture_hold_the_whole_receipt()
    {
        var purchase = await PayAsync();
        var (_, view) = await buyer.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}/receipt");
        var fragment = view.Text("link").Split('#')[1];

        Assert.InRange(view.Text("link").Length, 100, 2_900); // A QR code of bytes holds 2,953.
        var unpacked = JsonNode.Parse(await RunPageAsync($"unpack('{fragment}')")) ?? throw new JsonException("The link holds a receipt.");
        Assert.Equal(view.GetProperty("signatures").Text("server"), unpacked["signatures"]!["server"]!.GetValue<string>());
        using var picture = await buyer.Client.GetAsync($"/api/purchases/{purchase}/receipt/qr", Stage.Ct);
        Assert.Equal(("image/svg+xml", true), (picture.Content.Headers.ContentType?.MediaType, (await picture.Content.ReadAsStringAsync(Stage.Ct)).StartsWith("<svg", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"b":1,"a":[true,null,"x"],"":-5}""", """{"":-5,"a":[true,null,"x"],"b":1}""")]
    [InlineData("""{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew","1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"Latin"}""",
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro Sign\",\"😀\":\"Emoji\",\"\ufb33\":\"Hebrew\"}")]
    [InlineData("""["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"]""", """["€$\u000f\nA'B\"\\\\\"/"]""")]
    public async Task Canonical_JSON_is_that_of_RFC_8785_here_and_in_the_page(string json, string canonical)
    {
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Write(JsonElement.Parse(json))));
        Assert.Equal(canonical, await RunPageAsync($"canonical({json})", asText: true));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("9007199254740992")]
    public void What_readers_might_write_otherwise_is_refused(string json) => Assert.Throws<FormatException>(() => CanonicalJson.Write(JsonElement.Parse(json)));

    private async Task<string> PayAsync()
    {
        var paid = await buyer.PayAndWaitAsync(await stage.OfferAsync(buyer.Thread), await buyer.AddCardAsync("4242"));
        await stage.SettleAsync();
        return paid.Text("id");
    }

    /// <summary>Receipt and signatures, as they are handed on.</summary>
    private async Task<JsonNode> ReceiptOfAsync(string purchase)
    {
        var (status, view) = await buyer.SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}/receipt");
        Assert.True(status == 200, $"The receipt was answered {status}: {view}");
        return new JsonObject { ["receipt"] = JsonNode.Parse(view.GetProperty("receipt").GetRawText()), ["signatures"] = JsonNode.Parse(view.GetProperty("signatures").GetRawText()) };
    }

    private static string Sign(ECDsa key, JsonNode receipt) =>
        Base64Url.EncodeToString(key.SignData(CanonicalJson.Write(JsonElement.Parse(receipt.ToJsonString())), HashAlgorithmName.SHA256));

    private static Task<string> VerifyAsync(JsonNode receipt, string serverKey) => RunPageAsync($"verifyReceipt({receipt.ToJsonString()}, '{serverKey}')", asText: true);

    /// <summary>The page's own script in Node, whose WebCrypto is the browsers'.</summary>
    private static async Task<string> RunPageAsync(string expression, bool asText = false)
    {
        await using var script = typeof(IssueReceipt).Assembly.GetManifestResourceStream("Stoa.Payments.Receipts.Page.verify.js") ?? throw new InvalidOperationException("verify.js is embedded.");
        using var reader = new StreamReader(script);
        var program = $"{await reader.ReadToEndAsync(Stage.Ct)}\n;(async () => {{ const said = await {expression}; process.stdout.write({(asText ? "said" : "JSON.stringify(said)")}); }})();";
        using var node = Process.Start(new ProcessStartInfo("node", ["-"]) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8 })
            ?? throw new InvalidOperationException("node did not start.");
        await node.StandardInput.WriteAsync(program.AsMemory(), Stage.Ct);
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(Stage.Ct);
        await node.WaitForExitAsync(Stage.Ct);
        return said;
    }
}
