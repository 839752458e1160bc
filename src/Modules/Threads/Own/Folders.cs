using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Own;

/// <param name="Threads">How many stand in it, archived ones included.</param>
internal sealed record FolderView(string Name, int Threads);

/// <summary>A person's own folders: there as long as a thread is in them.</summary>
internal sealed class Folders(NpgsqlDataSource database)
{
    /// <summary>Folders that a person may have at a time.</summary>
    public const int Most = 50;

    /// <summary>By name; null without any.</summary>
    public async Task<IReadOnlyList<FolderView>?> ListAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select folder, count(*)::int from threads.members where member_id = $1 and folder is not null group by folder order by folder limit $2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Most });
        var folders = new List<FolderView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            folders.Add(new(reader.GetString(0), reader.GetInt32(1)));
        }

        return folders.Count == 0 ? null : folders;
    }
}
