using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Receipts;

/// <summary>Signs what a purchase is now, once for each state: by the shop's key, and the two together by the server's. What was signed stays as it is.</summary>
/// <remarks>Receipts are issued when they are first asked for. One that was asked for twice at once is issued once: the number is the key.</remarks>
internal sealed class IssueReceipt(NpgsqlDataSource database, SigningKeys keys, IOptions<StoaOptions> options, TimeProvider time)
{
    /// <summary>The page that verifies, which what stands behind <c>#</c> never leaves.</summary>
    public const string VerifyPath = "/api/receipts/verify";

    /// <summary>What is signed (docs/protocol/payments.md, <c>Receipt</c>).</summary>
    /// <param name="Number">From 1; a refund gives the next one.</param>
    /// <param name="Supersedes">The one whose place it takes.</param>
    public sealed record Body(
        string Type, int Version, Guid Purchase, int Number, string Server, Merchant Merchant, Money Amount, Money Refunded, IReadOnlyList<PriceLine> Lines, Method Method, bool IsTest,
        [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset OrderedAt, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset IssuedAt, Keys Keys,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Older? Supersedes);

    public sealed record Merchant(PageId Id, string Name);

    public sealed record Method(string Kind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Brand, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Last4);

    /// <summary>Public keys, SubjectPublicKeyInfo in base64url.</summary>
    public sealed record Keys(string Shop, string Server);

    /// <param name="Sha256">Of the older one's canonical bytes, in hexadecimal digits.</param>
    public sealed record Older(int Number, string Sha256);

    /// <param name="Shop">Over the receipt's canonical bytes; base64url of r and s.</param>
    /// <param name="Server">Over the canonical bytes of <c>{"receipt":…,"shop":…}</c>.</param>
    public sealed record Signatures(string Shop, string Server);

    public sealed record Signed(JsonElement Receipt, Signatures Signatures)
    {
        /// <summary>An address whose fragment holds all of it: base64url of the deflated JSON.</summary>
        public string LinkAt(string origin)
        {
            using var packed = new MemoryStream();
            using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize))
            {
                JsonSerializer.Serialize(deflate, this, ReceiptJson.Default.Signed);
            }

            return $"{origin}{VerifyPath}#{Base64Url.EncodeToString(packed.ToArray())}";
        }
    }

    /// <summary>The receipt of how a paid purchase stands now.</summary>
    public async Task<Signed> RunAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        var (shop, server) = (await keys.OfAsync(row.Page, cancellationToken), await keys.OfServerAsync(cancellationToken));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            var last = await FindLastAsync(connection, row.Id, cancellationToken);
            if (last is { RefundedMinor: var refunded } && refunded == row.Status.RefundedMinor)
            {
                return last.Read();
            }

            // The first tells of the payment, also when it is asked for after a refund: there is something to supersede then.
            var body = BodyOf(row, last, last is null ? 0 : row.Status.RefundedMinor, shop, server);
            var bytes = CanonicalJson.Write(JsonSerializer.SerializeToElement(body, ReceiptJson.Default.Body));
            var shopSignature = shop.Sign(bytes);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into payments.receipts (purchase, number, body, shop_signature, server_signature, refunded_minor, issued_at)
                values (@Purchase, @Number, @bytes, @shopSignature, @serverSignature, @refunded, @now) on conflict (purchase, number) do nothing
                """,
                new
                {
                    body.Purchase,
                    body.Number,
                    bytes,
                    shopSignature,
                    serverSignature = server.Sign(Countersigned(bytes, shopSignature)),
                    refunded = body.Refunded.AmountMinor,
                    now = body.IssuedAt.UtcDateTime,
                }, cancellationToken: cancellationToken));
        }
    }

    /// <summary>What the server signs: canonical again, since "receipt" sorts before "shop".</summary>
    public static byte[] Countersigned(ReadOnlySpan<byte> receipt, ReadOnlySpan<byte> shopSignature) =>
        [.. "{\"receipt\":"u8, .. receipt, .. Encoding.ASCII.GetBytes($",\"shop\":\"{Base64Url.EncodeToString(shopSignature)}\"}}")];

    private Body BodyOf(PurchaseRow row, Stored? last, long refundedMinor, SigningKey shop, SigningKey server) => new(
        "stoa.receipt", 1, row.Id, (last?.Number ?? 0) + 1, new Uri(options.Value.PublicUrl).GetLeftPart(UriPartial.Authority), new(row.Page, row.MerchantName), row.Amount,
        new(refundedMinor, row.Amount.Currency), row.Lines, new(row.MethodKind, row.Brand, row.Last4), row.IsTest, row.CreatedAt, time.GetUtcNow(),
        new(Base64Url.EncodeToString(shop.PublicKey), Base64Url.EncodeToString(server.PublicKey)), last is null ? null : new(last.Number, Convert.ToHexStringLower(SHA256.HashData(last.Body))));

    private static async Task<Stored?> FindLastAsync(NpgsqlConnection connection, Guid purchase, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<Stored>(new CommandDefinition(
            """
            select number, body, shop_signature as ShopSignature, server_signature as ServerSignature, refunded_minor as RefundedMinor from payments.receipts
            where purchase = @purchase order by number desc limit 1
            """, new { purchase }, cancellationToken: cancellationToken));

    private sealed record Stored(int Number, byte[] Body, byte[] ShopSignature, byte[] ServerSignature, long RefundedMinor)
    {
        public Signed Read() => new(JsonElement.Parse(Body), new(Base64Url.EncodeToString(ShopSignature), Base64Url.EncodeToString(ServerSignature)));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IssueReceipt.Body))]
[JsonSerializable(typeof(IssueReceipt.Signed))]
[JsonSerializable(typeof(ReadReceipt.View))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
