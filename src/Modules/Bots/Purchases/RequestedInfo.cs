using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Purchases;

/// <summary>Of what a payment button asked for, what the payer gave, in the dialect's shape.</summary>
internal static class RequestedInfo
{
    /// <param name="details">Null for a purchase from before they were asked for: then the person's name is known at least.</param>
    public static async Task<WebhookUserInfo> KnownAsync(
        IBusinessThreads threads, PersonId person, IReadOnlyList<string> requested, PayerDetails? details, CancellationToken cancellationToken) => new()
        {
            ShippingAddress = details?.Address is { } address ? Of(address, null) with
            {
                Name = address.Name ?? details.Name,
                StreetOne = address.Street1,
                StreetTwo = address.Street2 ?? "",
            } : null,
            ContactName = details?.Name ?? (requested.Contains("contact_name") ? (await threads.FindProfileAsync(person, cancellationToken))?.Name : null),
            ContactEmail = details?.Email,
            ContactPhone = details?.Phone,
        };

    /// <summary>An address as a checkout update has it, under a number by which the bot knows it again.</summary>
    public static WebhookAddress Of(PostalAddress address, PersonId? of) => new()
    {
        Id = of is { } person ? NumberOf(person, address) : null,
        Street1 = address.Street1,
        Street2 = address.Street2 ?? "",
        City = address.City,
        State = address.State ?? "",
        Country = address.Country,
        PostalCode = address.PostalCode,
    };

    // 7.0 to 8.9 × 10¹⁵, as all ids on this wire: it survives a client that reads numbers, and tells nobody else's address.
    private static long NumberOf(PersonId person, PostalAddress address)
    {
        var text = string.Join('\n', $"{person}", address.Name, address.Street1, address.Street2, address.City, address.State, address.PostalCode, address.Country);
        return 7_000_000_000_000_000 + (long)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) % 1_900_000_000_000_000);
    }
}
