using Stoa.Bots;
using Stoa.Hosting;
using Stoa.Media;
using Stoa.Payments;
using Stoa.People;
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Server;

/// <summary>The one list of modules, lower ones first.</summary>
public static class Modules
{
    public static IReadOnlyList<IModule> All { get; } = [new PeopleModule(), new MediaModule(), new ThreadsModule(), new WalletModule(), new PaymentsModule(), new BotsModule()];
}
