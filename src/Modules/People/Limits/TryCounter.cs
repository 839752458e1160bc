using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Hosting.Problems;

namespace Stoa.People.Limits;

/// <summary>Counts tries in the database, so that asking another node does not begin anew.</summary>
internal sealed class TryCounter(NpgsqlDataSource database, TimeProvider time, IOptions<StoaOptions> stoa, IHostEnvironment environment)
{
    private static readonly TimeSpan keepFor = TimeSpan.FromHours(2);

    public bool IsOff => !stoa.Value.Limits;

    /// <summary>Loopback in development is us.</summary>
    public bool IsExempt(HttpContext context) =>
        IsOff || (environment.IsDevelopment() && (context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address)));

    /// <summary>Counts one try of each subject, whatever comes of it.</summary>
    /// <exception cref="ProblemException">429 <c>too_many_requests</c>: a subject has had more than its share of this window.</exception>
    public async Task CountAsync(TimeSpan window, CancellationToken cancellationToken, params (string Subject, int Most)[] subjects)
    {
        if (IsOff)
        {
            return;
        }

        var now = time.GetUtcNow();
        var start = new DateTimeOffset(now.Ticks - (now.Ticks % window.Ticks), TimeSpan.Zero);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var (subject, most) in subjects)
        {
            var tries = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
                """
                with forgotten as (delete from people.tries where window_start < @old)
                insert into people.tries as t (subject, window_start, tries) values (@subject, @start, 1)
                on conflict (subject, window_start) do update set tries = t.tries + 1
                returning tries
                """,
                new { subject, start, old = now - keepFor }, cancellationToken: cancellationToken));
            if (tries > most)
            {
                var wait = (int)Math.Ceiling((start + window - now).TotalSeconds);
                throw new ProblemException(new(StatusCodes.Status429TooManyRequests, "too_many_requests", "Count how often this was tried",
                    $"More than {most} tries in {window.TotalMinutes:0} minute(s).", $"Wait {wait} seconds.")
                { RetryAfterSeconds = wait });
            }
        }
    }

    /// <summary>An address of version 4, or the /64 of one of version 6: what one household or machine has.</summary>
    public static string Network(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
        {
            return "local";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>A typed handle as a key: short, and no plain text that was meant for another field.</summary>
    public static string Account(string handle) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(handle)).AsSpan(0, 16));
}
