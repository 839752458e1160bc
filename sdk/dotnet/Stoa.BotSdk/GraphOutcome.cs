using System.Text.Json;

namespace Stoa.BotSdk;

/// <summary>What became of a call.</summary>
public abstract record GraphOutcome
{
    private protected GraphOutcome()
    {
    }

    /// <param name="Body">The answer.</param>
    public sealed record Done(JsonElement Body) : GraphOutcome;

    /// <summary>Asking again will not help.</summary>
    /// <param name="Code">See docs/protocol of the platform: 10/2018278 is outside the window, 190 a wrong token, 100 a wrong parameter. 0: no error of the dialect.</param>
    public sealed record Refused(int Code, int? Subcode, string Message) : GraphOutcome;

    /// <summary>No answer, overload, or a fault that passes: ask again, with the same key.</summary>
    public sealed record Later(string Reason) : GraphOutcome;

    /// <returns>The answer.</returns>
    /// <exception cref="GraphRefusedException">It was refused.</exception>
    /// <exception cref="HttpRequestException">It may work later.</exception>
    public JsonElement Answer() => this switch
    {
        Done done => done.Body,
        Refused refused => throw new GraphRefusedException(refused),
        Later later => throw new HttpRequestException($"The server has not answered: {later.Reason}"),
        _ => throw new InvalidOperationException($"There is no outcome {GetType().Name}."),
    };
}

/// <summary>The server refused a call, and would again.</summary>
public sealed class GraphRefusedException(GraphOutcome.Refused refusal) : Exception($"{refusal.Message} ({refusal.Code}/{refusal.Subcode})")
{
    public GraphOutcome.Refused Refusal { get; } = refusal;
}
