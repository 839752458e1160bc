using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Stoa.Town.Storage;

/// <summary>A small JSON file that only its owner may read (it holds secrets), written whole or not at all.</summary>
internal static class PrivateFile
{
    /// <returns>Null when there is none yet.</returns>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class => File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), type) : null;

    public static void Write<T>(string path, T content, JsonTypeInfo<T> type)
        where T : class
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(fresh, options))
        {
            JsonSerializer.Serialize(stream, content, type);
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }
}
