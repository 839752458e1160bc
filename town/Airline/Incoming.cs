namespace Stoa.Town.Airline;

/// <summary>Something a person did in the conversation with the airline.</summary>
/// <param name="Key">The same on every delivery of the same act: a repeat does nothing.</param>
internal abstract record Incoming(string Key)
{
    /// <param name="Payload">Of the quick reply that was tapped; then <paramref name="Body"/> is its title.</param>
    public sealed record Text(string Key, string Body, string? Payload = null) : Incoming(Key);

    /// <summary>A button, a menu item or <i>Get started</i>.</summary>
    public sealed record Pressed(string Key, string Payload) : Incoming(Key);

    public sealed record Located(string Key, double Latitude, double Longitude) : Incoming(Key);

    /// <summary>A picture, a voice message, a sticker …</summary>
    public sealed record Sent(string Key, string Kind) : Incoming(Key);

    /// <summary>Pay was pressed; nothing is charged before the answer. Asked again it is answered anew.</summary>
    public sealed record AboutToPay(string Key, string Booking, string Currency, long AmountMinor) : Incoming(Key);

    /// <summary>The money has been taken.</summary>
    public sealed record Paid(string Key, string Booking, string PaymentId, string Currency, long AmountMinor) : Incoming(Key);
}
