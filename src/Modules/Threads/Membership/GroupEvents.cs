using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stoa.Kernel;

namespace Stoa.Threads.Membership;

/// <summary>The bodies of the system events that tell of a group's changes (docs/protocol/http.md, "Groups").</summary>
internal static class GroupEvents
{
    private static readonly JsonWriterOptions compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Joined { get; } = """{"system":{"code":"member_joined"}}"""u8.ToArray();

    public static byte[] Left { get; } = """{"system":{"code":"member_left"}}"""u8.ToArray();

    public static byte[] Added(IEnumerable<PersonId> members, MemberId by) => WithMembers("member_added", members, by);

    public static byte[] Removed(IEnumerable<PersonId> members, MemberId by) => WithMembers("member_removed", members, by);

    public static byte[] RoleChanged(PersonId member, short role) => Write("role_changed", json =>
    {
        json.WriteString("member"u8, member.ToString());
        json.WriteString("role"u8, Roles.Name(role));
    });

    public static byte[] Write(string code, Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(output, compact))
        {
            json.WriteStartObject();
            json.WriteStartObject("system"u8);
            json.WriteString("code"u8, code);
            members(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static byte[] WithMembers(string code, IEnumerable<PersonId> members, MemberId by) => Write(code, json =>
    {
        json.WriteStartArray("members"u8);
        foreach (var member in members)
        {
            json.WriteStringValue(member.ToString());
        }

        json.WriteEndArray();
        json.WriteString("by"u8, by.ToString());
    });
}
