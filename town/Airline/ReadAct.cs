using Stoa.BotSdk;

namespace Stoa.Town.Airline;

/// <summary>What an event means to the airline; what it has no use for (reads, deliveries, echoes, anything new) means nothing.</summary>
internal static class ReadAct
{
    public static Incoming? From(BotEvent happened) => happened switch
    {
        MessageReceived { Payload: null, Text.Length: 0, Attachments: [var first, ..] } => first is { Latitude: { } latitude, Longitude: { } longitude }
            ? new Incoming.Located(happened.Id, latitude, longitude)
            : new Incoming.Sent(happened.Id, first.Type),
        MessageReceived said => new Incoming.Text(said.Id, said.Text, said.Payload),
        Postback { Payload.Length: > 0 } pressed => new Incoming.Pressed(pressed.Id, pressed.Payload),
        PreCheckout { Payload.Length: > 0 } asked => new Incoming.AboutToPay(asked.Id, asked.Payload, asked.Amount?.Currency ?? "", Minor(asked.Amount)),
        Payment { Payload.Length: > 0 } paid => new Incoming.Paid(paid.Id, paid.Payload, paid.PaymentId, paid.Amount?.Currency ?? "", Minor(paid.Amount)),
        _ => null,
    };

    /// <summary>What is no amount of cents becomes −1, which fits no price.</summary>
    private static long Minor(Amount? amount) =>
        amount is { Value: < 1_000_000_000m } some && some.Value * 100 == decimal.Truncate(some.Value * 100) ? (long)(some.Value * 100) : -1;
}
