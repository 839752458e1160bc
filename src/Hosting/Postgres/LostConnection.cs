using System.Data;
using Npgsql;

namespace Stoa.Hosting.Postgres;

/// <summary>Tells a connection that died from a statement that was refused.</summary>
public static class LostConnection
{
    /// <summary>Whether the connection died while it was used: whether the statement was carried out is then unknown.</summary>
    /// <remarks>The driver says so by an <see cref="NpgsqlException"/> most of the time. A connection that is cut while an answer is read
    /// has its buffers taken away under the reader, and what comes out is whatever that reader stumbles over.</remarks>
    public static bool IsWhy(Exception exception, NpgsqlConnection connection) => exception switch
    {
        PostgresException refused => refused.IsTransient || connection.FullState != ConnectionState.Open,
        NpgsqlException => true,
        OperationCanceledException => false,
        _ => connection.FullState is ConnectionState.Broken or ConnectionState.Closed,
    };
}
