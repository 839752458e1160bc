using Microsoft.AspNetCore.Connections;
using Stoa.Hosting;
using Stoa.Hosting.Postgres;
using Stoa.Server;
using Stoa.Server.CommandLine;

if (args is ["stoa", .. var words])
{
    return await OperatorCommand.RunAsync(words, Console.Out, Console.Error);
}

try
{
    await using var app = ServerApplication.Create(args);
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (exception is PostgresStartException or DataDirectoryException or StartRefusedException)
{
    // The operator can do something about it: say what, without a stack trace.
    await Console.Error.WriteLineAsync($"Stoa does not start. {exception.Message}");
    return 1;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"Stoa does not start. Another program listens there already: {exception.Message}{Environment.NewLine}  What helps: another port, as --urls http://localhost:8081");
    return 1;
}
