using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace Stoa.Hosting.Postgres;

/// <summary>Brings the database to the schema that the modules carry: numbered files, each applied once, under a lock that all nodes respect.</summary>
public static partial class Migrations
{
    // Any constant; the same on every node for ever.
    private const long LockKey = 0x53746F61_4D696772;

    /// <summary>Applies what is missing, module by module in the given order.</summary>
    /// <exception cref="InvalidOperationException">A file that was applied has changed since, or the database knows a newer one than this program.</exception>
    public static async Task ApplyAsync(NpgsqlDataSource database, IEnumerable<(string Module, Assembly Assembly)> modules, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("select pg_advisory_lock(@LockKey)", new { LockKey });
        try
        {
            await connection.ExecuteAsync(
                """
                create schema if not exists hosting;
                create table if not exists hosting.migrations (
                  module text not null, number int not null, name text not null, sha256 text not null,
                  applied_at timestamptz not null default now(), primary key (module, number));
                """);
            foreach (var (module, assembly) in modules)
            {
                await ApplyModuleAsync(connection, module, ReadScripts(assembly), cancellationToken);
            }
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    private static async Task ApplyModuleAsync(NpgsqlConnection connection, string module, List<Script> scripts, CancellationToken cancellationToken)
    {
        var applied = (await connection.QueryAsync<(int Number, string Sha256)>(
            "select number, sha256 from hosting.migrations where module = @module", new { module })).ToDictionary(a => a.Number, a => a.Sha256);
        if (applied.Keys.Except(scripts.Select(s => s.Number)).Any())
        {
            throw new InvalidOperationException(
                $"The database has schema {module} {applied.Keys.Max()}, this program knows {scripts.Select(s => s.Number).DefaultIfEmpty().Max()}. Start the newer program, or restore the backup made before it.");
        }

        foreach (var script in scripts)
        {
            if (applied.TryGetValue(script.Number, out var sha256))
            {
                if (sha256 != script.Sha256)
                {
                    throw new InvalidOperationException(
                        $"Schema file {module}/{script.Name} was applied with other contents. A schema file is never changed after release: add a new one.");
                }

                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(script.Sql, transaction: transaction);
            await connection.ExecuteAsync(
                "insert into hosting.migrations (module, number, name, sha256) values (@module, @Number, @Name, @Sha256)",
                new { module, script.Number, script.Name, script.Sha256 }, transaction);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static List<Script> ReadScripts(Assembly assembly)
    {
        var scripts = new List<Script>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (ScriptName().Match(resource) is not { Success: true } match)
            {
                continue;
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8); // The name was just listed.
            var sql = reader.ReadToEnd();
            var name = match.Groups["name"].Value;
            scripts.Add(new(int.Parse(match.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), name, sql,
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))));
        }

        scripts.Sort((a, b) => a.Number.CompareTo(b.Number));
        if (scripts.Zip(scripts.Skip(1)).FirstOrDefault(pair => pair.First.Number == pair.Second.Number) is { First: { } one, Second: { } other })
        {
            throw new InvalidOperationException($"Schema files {one.Name} and {other.Name} have the same number: give the later one the next.");
        }

        return scripts;
    }

    private sealed record Script(int Number, string Name, string Sql, string Sha256);

    [GeneratedRegex(@"\.Schema\.(?<name>(?<number>[0-9]{4})-[a-z0-9-]+\.sql)$", RegexOptions.NonBacktracking)]
    private static partial Regex ScriptName();
}
