using System.Buffers;
using System.Text.Json;
using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary>The gateway's own frames.</summary>
public static class LiveFrames
{
    /// <param name="clientId">Of the frame that was wrong, when it had one.</param>
    public static ReadOnlyMemory<byte> Error(string code, string message, string? clientId) => Write((code, message, clientId), static (json, error) =>
    {
        json.WriteString("op"u8, "error"u8);
        json.WriteString("code"u8, error.code);
        json.WriteString("message"u8, error.message);
        if (error.clientId is not null)
        {
            json.WriteString("clientId"u8, error.clientId);
        }
    });

    /// <summary>Writes the members of one frame.</summary>
    public static ReadOnlyMemory<byte> Write<TState>(TState state, Action<Utf8JsonWriter, TState> members)
    {
        var output = new ArrayBufferWriter<byte>(192);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            members(json, state);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <param name="nodes">Addresses of the other nodes that live.</param>
    internal static ReadOnlyMemory<byte> Ready(PersonId person, IEnumerable<string> nodes) => Write((person, nodes), static (json, ready) =>
    {
        json.WriteString("op"u8, "ready"u8);
        json.WriteString("person"u8, ready.person.ToString());
        json.WriteStartArray("nodes"u8);
        foreach (var node in ready.nodes)
        {
            json.WriteStringValue(node);
        }

        json.WriteEndArray();
    });
}
