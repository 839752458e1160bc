namespace Stoa.Threads.Log;

/// <summary>Kinds as stored and as written. A number's meaning is never reused.</summary>
internal static class EventKind
{
    public const short Message = 1;
    public const short System = 2;
    public const short Payment = 3;
    public const short Edit = 4;
    public const short Unsend = 5;
    public const short Reaction = 6;
    public const short Pin = 7;
    public const short Vote = 8;

    /// <summary>A message without its content: unsent, or expired.</summary>
    public const short EmptyMessage = 101;

    /// <summary>Whether it is read by itself, as against a change of an earlier event.</summary>
    public static bool IsRead(short kind) => kind is Message or System or Payment;

    public static short Of(string name) => name switch
    {
        "message" => Message,
        "system" => System,
        "payment" => Payment,
        _ => throw new ArgumentException($"'{name}' is no kind of event: message, system or payment.", nameof(name)),
    };

    public static string Name(short kind) => kind switch
    {
        Message or EmptyMessage => "message",
        System => "system",
        Payment => "payment",
        Edit => "edit",
        Unsend => "unsend",
        Reaction => "reaction",
        Pin => "pin",
        Vote => "vote",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Stored by a newer program."),
    };
}
