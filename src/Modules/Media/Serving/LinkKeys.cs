using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Media.Serving;

/// <summary>The keys that sign links: <c>keys/media</c> in the data directory, made at first use. All nodes need the same file.</summary>
/// <remarks>The highest version signs, all verify. A new version is a new line and a restart.</remarks>
internal sealed class LinkKeys(IOptions<StoaOptions> options)
{
    private readonly Lazy<SortedList<int, byte[]>> keys = new(() => Load(Path.Combine(options.Value.KeysPath, "media")));

    public (int Version, byte[] Key) Newest => (keys.Value.Keys[^1], keys.Value.Values[^1]);

    public byte[]? Find(int version) => keys.Value.GetValueOrDefault(version);

    private static SortedList<int, byte[]> Load(string path)
    {
        KeyFile.CreateUnlessThere(path);
        return KeyFile.Load(path, "Links live five minutes: the file may be deleted and is then made anew.");
    }
}
