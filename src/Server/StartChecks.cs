using Stoa.Hosting;

namespace Stoa.Server;

/// <summary>What must hold before the server serves anybody.</summary>
internal static class StartChecks
{
    // Data Protection before it accepts forged cookies.
    private static readonly Version runtimeLeast = new(10, 0, 7);

    public static void CheckRuntime()
    {
        if (Environment.Version < runtimeLeast)
        {
            throw new StartRefusedException($"The .NET runtime is {Environment.Version}; before {runtimeLeast} it accepts forged cookies.", "Install a newer .NET 10 runtime.");
        }
    }

    public static void CheckSettings(StoaOptions options, IHostEnvironment environment)
    {
        if (environment.IsDevelopment())
        {
            return;
        }

        if (options.AllowLoopbackTargets)
        {
            throw new StartRefusedException("Stoa:AllowLoopbackTargets would let webhooks reach this machine's own services.", "Leave it out in production.");
        }

        if (!options.Limits)
        {
            throw new StartRefusedException("Rate limits can be off in development only.", "Leave out --limits off, or --production.");
        }

        if (options.World == World.Town)
        {
            throw new StartRefusedException("The demo world lets anybody sign in as anybody of it.", "Leave out --world town, or --production.");
        }

        if (options.AllowForgetfulDatabase)
        {
            throw new StartRefusedException("Stoa:AllowForgetfulDatabase is for tests: what was acknowledged could be lost.", "Leave it out in production.");
        }
    }
}

/// <summary>The server would be unsafe as it is set up: why, and what helps.</summary>
public sealed class StartRefusedException(string what, string fix) : Exception($"{what}{Environment.NewLine}  What helps: {fix}");
