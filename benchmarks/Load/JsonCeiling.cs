using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Stoa.Bench.Load;

/// <summary>The least an HTTP server can do for a send: read the body, answer a short JSON. Runs as a process of its own, as the server does.</summary>
internal static class JsonCeiling
{
    public static async Task<int> ServeAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var app = builder.Build();
        var answer = """{"seq":123456,"id":"m_AAAAAAAAAAAAAAAAAAAAAA","at":"2026-01-01T00:00:00.000Z"}"""u8.ToArray();
        app.Run(async context =>
        {
            for (var done = false; !done;)
            {
                var read = await context.Request.BodyReader.ReadAsync();
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                done = read.IsCompleted;
            }

            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.Length;
            await context.Response.BodyWriter.WriteAsync(answer);
        });
        await app.StartAsync();
        // Ends with the process that started it: standard input closes.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }
}
