using System.ComponentModel.DataAnnotations;

namespace Stoa.Hosting;

/// <summary>What the operator chooses for the whole server. Section <c>Stoa</c>.</summary>
public sealed class StoaOptions
{
    public const string Section = "Stoa";

    /// <summary>Where the private PostgreSQL, the keys and the admin socket live. Default <c>data</c>; made when missing.</summary>
    [Required]
    public string DataDirectory { get; set; } = "data";

    /// <summary>Where the keys are kept that seal secrets in the database and sign links: the same folder, or an equal one, on every node. Default <c>keys</c> in the data directory.</summary>
    public string? KeysDirectory { get; set; }

    /// <summary>The folder of the keys, absolute.</summary>
    public string KeysPath => Path.GetFullPath(KeysDirectory is { Length: > 0 } chosen ? chosen : Path.Combine(DataDirectory, "keys"));

    /// <summary><c>town</c> seeds and shows the demo world and lets its people sign in with one click; <c>empty</c> does not. Default <c>empty</c>.</summary>
    public World World { get; set; } = World.Empty;

    /// <summary>Rate limits. Off only in development, for load tools. Default on.</summary>
    public bool Limits { get; set; } = true;

    /// <summary>Lets webhooks and other calls out reach loopback addresses. Development only: a production start refuses it. Default off.</summary>
    public bool AllowLoopbackTargets { get; set; }

    /// <summary>
    /// The address people open, as <c>https://chat.example.org</c>; other origins are <c>pay.</c> and <c>media.</c> in front of its host.
    /// Default: the first address the server listens on, by the name <c>localhost</c>.
    /// </summary>
    public string PublicUrl { get; set; } = "http://localhost:8080";

    /// <summary>The folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>. Default: the pinned ones of <c>tools/postgres</c>.</summary>
    public string? PostgresBinaries { get; set; }

    /// <summary>Accepts a database that may forget what it has acknowledged. For tests only: a production start refuses it. Default off.</summary>
    public bool AllowForgetfulDatabase { get; set; }

    /// <summary>Number of the process that started the server, as <c>./run</c> does: when it is gone, killed even, the server stops. Default none.</summary>
    public int? ParentProcess { get; set; }

    /// <summary>Addresses of reverse proxies whose <c>X-Forwarded-For</c> and <c>-Proto</c> are believed. Default none.</summary>
    public IList<string> Proxies { get; } = [];
}

/// <summary>What a new data directory holds.</summary>
public enum World
{
    Empty,
    Town,
}
