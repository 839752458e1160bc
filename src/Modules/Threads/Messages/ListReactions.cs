using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>GET /api/threads/{id}/messages/{seq}/reactions</c>: who reacted with what, newest first.</summary>
internal static class ListReactions
{
    private const int PageDefault = 50;
    private const int PageMax = 100;

    public sealed record ReactionsPage(IReadOnlyList<MemberReaction> Reactions, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

    public sealed record MemberReaction(MemberId Member, string Emoji, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset At);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/{id}/messages/{seq:long}/reactions", HandleAsync).For(Audience.Person)
            .WithName("listReactions").WithTags("Messages").WithSummary("Who reacted to a message, newest first").Produces<ReactionsPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        string id, long seq, HttpContext context, MessageAccess access, NpgsqlDataSource database, CancellationToken cancellationToken, int limit = PageDefault, long? before = null)
    {
        var thread = Changing.Thread(id);
        await access.FindAsync(context.Person(), thread, seq, cancellationToken);
        limit = Math.Clamp(limit, 1, PageMax);
        await using var command = database.CreateCommand(
            "select member_id, emoji, at, change_seq from threads.reactions where thread_id = $1 and seq = $2 and change_seq < $3 order by change_seq desc limit $4");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before ?? long.MaxValue });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var reactions = new List<MemberReaction>();
        var last = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            reactions.Add(new(new(reader.GetInt64(0)), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
            last = reader.GetInt64(3);
        }

        return TypedResults.Json(new ReactionsPage(reactions, reactions.Count == limit ? last.ToString(CultureInfo.InvariantCulture) : null), ThreadsJson.Default.ReactionsPage);
    }
}
