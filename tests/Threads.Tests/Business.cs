using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;

namespace Stoa.Threads.Tests;

/// <summary>A business as the module above would bring it.</summary>
internal sealed class Business : IPageDirectory
{
    public const string Username = "kiosk";

    public static readonly PageId Page = new(8_000_000_000_000_001);

    public static void Register(IServiceCollection services) => services.AddSingleton<IPageDirectory, Business>();

    public Task<PageId?> FindByUsernameAsync(string username, CancellationToken cancellationToken) => Task.FromResult<PageId?>(username == Username ? Page : null);

    public ValueTask<IReadOnlyDictionary<PageId, PageCard>> FindAsync(IReadOnlyCollection<PageId> pages, CancellationToken cancellationToken) =>
        new(pages.Where(page => page == Page).ToDictionary(page => page, page => new PageCard(page, Username, "The Kiosk")));

    public Task<byte[]?> DescribeAsync(PageId page, PersonProfile reader, CancellationToken cancellationToken) =>
        Task.FromResult<byte[]?>(page == Page ? Encoding.UTF8.GetBytes($$"""{"id":"{{page}}","username":"kiosk","greeting":"Hello {{reader.Name}}"}""") : null);

    public Task<string?> FindOfferAsync(PageId page, string payload, CancellationToken cancellationToken) =>
        Task.FromResult(page == Page && payload == "GET_STARTED" ? "postback" : null);
}
