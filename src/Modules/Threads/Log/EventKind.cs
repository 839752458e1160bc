namespace Stoa.Threads.Log;

/// <summary>Kinds as stored and as written. A number's meaning is never reused.</summary>
internal static class EventKind
{
    public const short Message = 1;
    public const short System = 2;
    public const short Payment = 3;

    public static short Of(string name) => name switch
    {
        "message" => Message,
        "system" => System,
        "payment" => Payment,
        _ => throw new ArgumentException($"'{name}' is no kind of event: message, system or payment.", nameof(name)),
    };

    public static string Name(short kind) => kind switch
    {
        Message => "message",
        System => "system",
        Payment => "payment",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Stored by a newer program."),
    };
}
