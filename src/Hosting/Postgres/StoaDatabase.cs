using Npgsql;

namespace Stoa.Hosting.Postgres;

/// <summary>How the server speaks to its database, embedded or not; tests use the same.</summary>
public static class StoaDatabase
{
    public const string Name = "stoa";

    /// <summary>What the operator's connection string does not say is set to what was measured to be best.</summary>
    /// <param name="connectionString">Of an external server, or of a <see cref="PostgresCluster"/>.</param>
    public static NpgsqlDataSourceBuilder CreateBuilder(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        SetUnlessSaid(target, "Application Name", "stoa");
        SetUnlessSaid(target, "Max Auto Prepare", 200);
        SetUnlessSaid(target, "Auto Prepare Min Usages", 2);
        // Saves a round trip for each use; nothing here leaves state in a session.
        SetUnlessSaid(target, "No Reset On Close", true);
        SetUnlessSaid(target, "Maximum Pool Size", 40);
        SetUnlessSaid(target, "Timeout", 10);
        SetUnlessSaid(target, "Command Timeout", 30);
        return new NpgsqlDataSourceBuilder(target.ConnectionString);
    }

    private static void SetUnlessSaid(NpgsqlConnectionStringBuilder target, string keyword, object value)
    {
        if (!target.ContainsKey(keyword) || !target.ShouldSerialize(keyword))
        {
            target[keyword] = value;
        }
    }
}
