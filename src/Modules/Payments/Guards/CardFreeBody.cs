using System.Buffers;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Kernel;

namespace Stoa.Payments.Guards;

/// <summary>Reads a body on the payment routes, unless a card number is in it: such a body is refused before anything is made of it, and forgotten.</summary>
/// <remarks>A client that sends a number here has a fault that its author must see at once. Numbers belong on the processor's own page.</remarks>
internal static class CardFreeBody
{
    public static ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class =>
        JsonBody.ReadAsync(context, type, inspect: Refuse);

    /// <summary>Whether a text holds what could be the number of a card.</summary>
    public static bool HasCardNumber(string text) => CardNumbers.AreIn(text);

    private static void Refuse(ReadOnlySequence<byte> body)
    {
        if (HasCardNumber(Encoding.UTF8.GetString(body)))
        {
            throw new ProblemException(new(StatusCodes.Status400BadRequest, "card_number_refused", "Read the request", "The body holds what looks like the number of a card. It was not kept.",
                "Card numbers go to the processor's page only; send the token that it gives (GET /api/pay/config)."));
        }
    }
}
