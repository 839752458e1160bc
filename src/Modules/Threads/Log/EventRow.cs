using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Log;

/// <summary>A row of the log as it is read.</summary>
internal readonly record struct EventRow(long Seq, MemberId Sender, Guid ClientId, short Kind, DateTimeOffset At, byte[] Body)
{
    public const string Columns = "e.seq, e.sender, e.client_id, e.kind, e.at, e.body";

    /// <param name="from">The first of the six columns.</param>
    public static EventRow Read(NpgsqlDataReader reader, int from = 0) => new(
        reader.GetInt64(from), new(reader.GetInt64(from + 1)), reader.GetGuid(from + 2), reader.GetInt16(from + 3),
        reader.GetFieldValue<DateTimeOffset>(from + 4), reader.GetFieldValue<byte[]>(from + 5));

    /// <summary>As this reader sees it: the client id is its sender's alone.</summary>
    public RawJson AsJson(ThreadId thread, MemberId reader) =>
        new(EventJson.ToArray(thread, Seq, Sender, Sender == reader ? ClientId : null, EventKind.Name(Kind), At, Body));
}
