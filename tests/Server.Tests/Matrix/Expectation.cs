using System.Text.Json;

namespace Stoa.Server.Tests.Matrix;

/// <summary>Who calls. Each is really made in the test's world: the same route, another credential.</summary>
public enum Caller
{
    /// <summary>No credential.</summary>
    Anonymous,

    /// <summary>A signed-in person who has no part in the thread, purchase or page.</summary>
    Stranger,

    /// <summary>The person who has; for the bots' calls the page's own token.</summary>
    Member,

    /// <summary>A member whom the other side blocked; for the bots' calls the page, towards a person who blocked it.</summary>
    Blocked,

    /// <summary>The token of another page.</summary>
    OtherPage,

    /// <summary>The app token of another app.</summary>
    WrongApp,

    /// <summary>The operator at the admin socket.</summary>
    Operator,
}

/// <summary>A route or call with the answer each caller gets: status, and where it matters the code, as <c>401 not_signed_in</c> or <c>400 #190</c>.</summary>
/// <param name="Route">Method and pattern, as the running server lists them.</param>
/// <param name="Path">What is called; <c>{name}</c> stands for a thing of the test's world.</param>
/// <param name="Body">JSON, with the same stand-ins; null for none.</param>
public sealed record MatrixRow(string Route, string Path, string? Body, string Anonymous, string Stranger, string Member, string Blocked, string OtherPage, string WrongApp, string Operator)
{
    /// <summary>Sent with the call, beside the credential; a <c>Content-Type</c> in the place of JSON's.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string ExpectedFor(Caller caller) => caller switch
    {
        Caller.Anonymous => Anonymous,
        Caller.Stranger => Stranger,
        Caller.Member => Member,
        Caller.Blocked => Blocked,
        Caller.OtherPage => OtherPage,
        Caller.WrongApp => WrongApp,
        Caller.Operator => Operator,
        _ => throw new ArgumentOutOfRangeException(nameof(caller)),
    };

    /// <summary>What was answered, in the form of an expectation.</summary>
    public static string Describe(int status, string body)
    {
        if (status < 400 || !body.StartsWith('{'))
        {
            return $"{status}";
        }

        using var json = JsonDocument.Parse(body);
        if (json.RootElement.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String)
        {
            return $"{status} {code.GetString()}";
        }

        return json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var number)
            ? $"{status} #{number.GetInt32()}"
            : $"{status}";
    }
}
