using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Stoa.Testing;

/// <summary>A RabbitMQ of Debian's package as a process of this test run: a private folder, free ports, an epmd of its own. Ready after 8 s.</summary>
/// <remarks>Its folder outlives <see cref="KillAsync"/>, so <see cref="StartAsync"/> again is a restart on the same port.</remarks>
public sealed partial class RabbitServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const string Account = "rabbitmq";
    private static readonly Lazy<Task<RabbitServer>> shared = new(StartSharedAsync);

    private readonly string folder = $"/tmp/stoa-rabbit-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..6]}";
    private readonly int epmdPort;
    private readonly int distributionPort;
    private readonly StringBuilder said = new();
    private Process? epmd;
    private Process? script;
    private int erlang;

    public RabbitServer()
    {
        SweepUpAfterKilledRuns();
        (Port, epmdPort, distributionPort) = FreePorts();
        foreach (var path in new[] { folder, $"{folder}/m", $"{folder}/l" })
        {
            Directory.CreateDirectory(path, (UnixFileMode)0b111_101_101);
        }

        File.WriteAllText($"{folder}/rabbitmq.conf", $"listeners.tcp.default = 127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}\nlog.console = true\nlog.console.level = warning\nlog.file = false\n");
        File.WriteAllText($"{folder}/plugins", "[].\n");
        if (IsRoot)
        {
            // It refuses nothing as root, but its package gives it an account.
            using var chown = Process.Start("chown", ["-R", Account, folder]);
            chown.WaitForExit();
        }
    }

    public int Port { get; }

    /// <summary>For <c>Broker:Uri</c>.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{Port}");

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>One for all tests of this process that do it no harm; each takes an exchange of its own.</summary>
    public static Task<RabbitServer> GetSharedAsync() => shared.Value;

    /// <summary>Returns when it accepts connections.</summary>
    public async Task StartAsync()
    {
        epmd ??= Start("epmd", ["-address", "127.0.0.1", "-port", epmdPort.ToString(CultureInfo.InvariantCulture)]);
        script = Start(Program, []);
        await Waiting.UntilAsync(async () =>
        {
            if (script.HasExited)
            {
                throw new InvalidOperationException($"RabbitMQ ended with {script.ExitCode}: {Said}");
            }

            erlang = erlang == 0 ? ChildOf(script.Id) : erlang;
            return erlang != 0 && await AnswersAsync();
        }, $"RabbitMQ listens at {Port}");
        await File.WriteAllTextAsync($"{folder}/owned", string.Create(CultureInfo.InvariantCulture, $"{erlang} {epmd.Id}"));
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (script is not { } running)
        {
            return;
        }

        if (erlang != 0)
        {
            _ = Kill(erlang, 9);
            erlang = 0;
        }
        else
        {
            _ = Kill(running.Id, 9);
        }

        await Waiting.ForAsync(running.WaitForExitAsync(), "RabbitMQ to end");
        running.Dispose();
        script = null;
    }

    /// <summary>Stops it in its tracks: connections stay open and nothing moves.</summary>
    public void Freeze() => _ = Kill(erlang, 19);

    public void Thaw() => _ = Kill(erlang, 18);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (epmd is not null)
        {
            _ = Kill(epmd.Id, 9);
            await Waiting.ForAsync(epmd.WaitForExitAsync(), "epmd to end");
            epmd.Dispose();
            epmd = null;
        }

        DeleteQuietly(folder);
    }

    private string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    private static async Task<RabbitServer> StartSharedAsync()
    {
        var server = new RabbitServer();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            _ = Kill(server.erlang, 9);
            _ = Kill(server.epmd?.Id ?? 0, 9);
            DeleteQuietly(server.folder);
        };
        await server.StartAsync();
        return server;
    }

    private Process Start(string program, string[] arguments)
    {
        string[] asAccount = IsRoot ? [$"--reuid={Account}", $"--regid={Account}", "--clear-groups", program] : [];
        var start = new ProcessStartInfo(IsRoot ? "setpriv" : program, [.. asAccount, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["ERL_EPMD_PORT"] = epmdPort.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = "test@localhost",
            ["RABBITMQ_MNESIA_BASE"] = $"{folder}/m",
            ["RABBITMQ_LOG_BASE"] = $"{folder}/l",
            ["RABBITMQ_CONFIG_FILE"] = $"{folder}/rabbitmq.conf",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{folder}/plugins",
            ["RABBITMQ_DIST_PORT"] = distributionPort.ToString(CultureInfo.InvariantCulture),
            // No busy waiting: two cores are for everybody.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }

    /// <summary>An AMQP header that is wrong is answered with the right one: then it serves, not merely listens.</summary>
    private async Task<bool> AnswersAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            await socket.SendAsync("AMQP\0\0\0\0"u8.ToArray());
            var answer = new byte[8];
            return await socket.ReceiveAsync(answer) == 8;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static (int, int, int) FreePorts()
    {
        // All open at once, so that they differ.
        using TcpListener one = new(IPAddress.Loopback, 0), two = new(IPAddress.Loopback, 0), three = new(IPAddress.Loopback, 0);
        one.Start();
        two.Start();
        three.Start();
        return (PortOf(one), PortOf(two), PortOf(three));

        static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The script starts Erlang and waits for it.</summary>
    private static int ChildOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))
                .FirstOrDefault(id => File.ReadAllText($"/proc/{id}/comm").StartsWith("beam", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>A test process that was killed leaves its broker behind; the folder's name tells whose it was.</summary>
    private static void SweepUpAfterKilledRuns()
    {
        foreach (var folder in Directory.EnumerateDirectories("/tmp", "stoa-rabbit-*"))
        {
            if (!int.TryParse(Path.GetFileName(folder).Split('-')[2], CultureInfo.InvariantCulture, out var owner) || Directory.Exists($"/proc/{owner}"))
            {
                continue;
            }

            try
            {
                foreach (var id in File.Exists($"{folder}/owned") ? File.ReadAllText($"{folder}/owned").Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture)) : [])
                {
                    if (File.ReadAllText($"/proc/{id}/environ").Contains(folder, StringComparison.Ordinal))
                    {
                        _ = Kill(id, 9);
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Gone in the meantime, or another user's.
            }

            DeleteQuietly(folder);
        }
    }

    private static void DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Still written to, or another user's; the next run sweeps.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
