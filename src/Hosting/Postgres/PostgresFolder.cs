namespace Stoa.Hosting.Postgres;

/// <summary>Where the private cluster of a data directory lies.</summary>
internal static class PostgresFolder
{
    private const string OutsideFolder = "/var/lib/stoa";

    /// <summary>
    /// <c>postgres</c> in the data directory. As root, and below a folder that only root may pass (a clone in /root), PostgreSQL's account
    /// could not get there: then that name is a link to a folder of its own under /var/lib/stoa.
    /// </summary>
    public static string In(DataDirectory data)
    {
        var folder = Path.Combine(data.Path, "postgres");
        if (new DirectoryInfo(folder).LinkTarget is { } target)
        {
            return target;
        }

        if (Directory.Exists(folder) || PostgresAccount.Choose().FindUnreachableParent(data.Path) is null)
        {
            return folder;
        }

        var outside = Path.Combine(OutsideFolder, $"postgres-{Guid.NewGuid().ToString("n")[..12]}");
        Directory.CreateDirectory(outside);
        Directory.CreateSymbolicLink(folder, outside);
        return outside;
    }
}
