using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stoa.Payments.Tests.Remote;
using Xunit;

[assembly: AssemblyFixture(typeof(ProcessorServers))]

namespace Stoa.Payments.Tests.Remote;

/// <summary>
/// Servers that play the processors and keep state, behind one that lets through only what the processors' published interface documents allow, requests and
/// answers alike (tools/prism). Started when a test first asks, once for all of them; each test has an account of its own.
/// </summary>
public sealed class ProcessorServers : IAsyncDisposable
{
    private readonly Lazy<Task<Uri>> started;
    private WebApplication? fakes;
    private Process? gate;

    public ProcessorServers() => started = new(StartAsync);

    /// <summary>What the documents did not allow, whoever sent it.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>Where the connectors call.</summary>
    public Task<Uri> Address => started.Value;

    public async ValueTask DisposeAsync()
    {
        if (gate is not null)
        {
            // Its end of input is its signal.
            gate.StandardInput.Close();
            await gate.WaitForExitAsync();
            gate.Dispose();
        }

        if (fakes is not null)
        {
            await fakes.DisposeAsync();
        }
    }

    private async Task<Uri> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        fakes = builder.Build();
        // A fault of a fake is a violation as well: nothing else would tell of it.
        fakes.Use(async (context, next) =>
        {
            try
            {
                await next(context);
                if (context.Response.StatusCode == 404 && context.Response.ContentType is null)
                {
                    Violations.Enqueue($"{context.Request.Method} {context.Request.Path}: no fake answers this");
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Violations.Enqueue($"{context.Request.Method} {context.Request.Path}: {exception}");
                throw;
            }
        });
        FakeStripe.Map(fakes);
        FakePayPal.Map(fakes);
        FakeBraintree.Map(fakes);
        await fakes.StartAsync();

        var root = FindRoot();
        gate = Process.Start(new ProcessStartInfo("node", [Path.Combine(root, "tools", "prism", "serve.js"), fakes.Urls.First(), Path.Combine(root, "tests", "Payments.Tests", "Interfaces")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        }) ?? throw new InvalidOperationException("node did not start.");
        var errors = gate.StandardError.ReadToEndAsync();
        var port = await gate.StandardOutput.ReadLineAsync() is ['p', 'o', 'r', 't', ' ', .. var number] ? number : throw new InvalidOperationException($"tools/prism/serve.js did not start (./test installs it): {await errors}");
        _ = CollectAsync(gate.StandardOutput);
        return new($"http://127.0.0.1:{port}");
    }

    private async Task CollectAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            Violations.Enqueue(line);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Stoa.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}

/// <summary>What happens to the next call of an account.</summary>
public enum Mishap
{
    None,

    /// <summary>It is carried out, and the connection breaks.</summary>
    AnswerLost,

    /// <summary>The connection breaks before anything is done.</summary>
    RequestLost,
}

/// <summary>What the fakes have in common.</summary>
internal static class Faking
{
    /// <summary>Runs a call; a mishap breaks the connection instead of the answer.</summary>
    public static async Task AnswerAsync(HttpContext context, Mishap mishap, Func<(int Status, string Json)> act)
    {
        if (mishap == Mishap.RequestLost)
        {
            context.Abort();
            return;
        }

        var (status, json) = act();
        if (mishap == Mishap.AnswerLost)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        if (json.Length == 0)
        {
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json, context.RequestAborted);
    }
}
