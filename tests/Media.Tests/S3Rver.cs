using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Stoa.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Stoa.Media.Tests.S3Rver))]

namespace Stoa.Media.Tests;

/// <summary>A small S3-compatible store as a process of its own on a free port of 127.0.0.1, with one bucket. It reckons every signature anew. Started at first use, and ends with us, killed or not.</summary>
public sealed partial class S3Rver : IAsyncDisposable
{
    private readonly string folder = $"/tmp/stoa-s3-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..8]}";
    private readonly Lazy<Task<Uri>> address;
    private Process? process;

    public S3Rver() => address = new(StartAsync);

    public async Task<S3Options> OptionsAsync(string prefix = "") => new()
    {
        Address = (await address.Value).GetLeftPart(UriPartial.Authority),
        Bucket = "stoa",
        Prefix = prefix,
        AccessKeyId = "S3RVER",
        SecretAccessKey = "S3RVER",
        PartBytes = 5 * 1024 * 1024,
    };

    public async ValueTask DisposeAsync()
    {
        if (process is { } running)
        {
            running.Kill();
            await running.WaitForExitAsync();
            running.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Uri> StartAsync()
    {
        var tools = typeof(S3Rver).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "S3Tools").Value!;
        Directory.CreateDirectory(folder);
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process = Process.Start(new ProcessStartInfo("node", [Path.Combine(tools, "serve.js"), folder]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })
            ?? throw new InvalidOperationException("node did not start.");
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null && Port().Match(line.Data) is { Success: true } match)
            {
                ready.TrySetResult(new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{match.Groups[1].Value}")));
            }
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } && line.Data.Contains("Error", StringComparison.Ordinal))
            {
                ready.TrySetException(new InvalidOperationException($"The S3 store did not start: {line.Data}"));
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return await Waiting.ForAsync(ready.Task, "the S3 store to listen");
    }

    [GeneratedRegex("^port ([0-9]+)$")]
    private static partial Regex Port();
}
