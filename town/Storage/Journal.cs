using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Town.Storage;

/// <summary>
/// An append-only file of records that survives the process being killed at any instruction: what <see cref="Append"/> has
/// returned from is there at the next start, what it has not is there whole or not at all.
/// One line a record, <c>checksum SPACE text</c>; a torn last line is cut off. To stay small it is written anew now and then,
/// into the next numbered file, which counts from the moment it bears its final name.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const string Prefix = "journal-";
    private const string Suffix = ".log";
    private const int ChecksumLength = 16;

    private readonly string folder;
    private long generation;
    private FileStream file;

    private Journal(string folder, long generation, FileStream file)
    {
        this.folder = folder;
        this.generation = generation;
        this.file = file;
    }

    public long Length => file.Length;

    /// <summary>Opens the journal of a folder (made if missing), giving every whole record, oldest first, to <paramref name="replay"/>.</summary>
    /// <exception cref="InvalidDataException">A record before the last one is damaged: the file was changed by somebody else.</exception>
    public static Journal Open(string folder, Action<string> replay)
    {
        Directory.CreateDirectory(folder);
        foreach (var left in Directory.EnumerateFiles(folder, Prefix + "*.new")) File.Delete(left);
        var generations = Directory.EnumerateFiles(folder, Prefix + "*" + Suffix)
            .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture))
            .Order().ToArray();
        var generation = generations.LastOrDefault(1);
        // Older ones were left by a kill between the new file's name and the old one's end.
        foreach (var old in generations.SkipLast(1)) File.Delete(PathOf(folder, old));

        var file = new FileStream(PathOf(folder, generation), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var whole = Replay(file, replay);
            if (whole < file.Length)
            {
                file.SetLength(whole);
                file.Flush(flushToDisk: true);
            }
            file.Position = whole;
            return new Journal(folder, generation, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <param name="durable">False for what may be lost with the machine (not with the process): it costs no wait for the disk.</param>
    public void Append(string record, bool durable = true)
    {
        file.Write(Line(record));
        file.Flush(flushToDisk: durable);
    }

    /// <summary>Replaces everything by these records; a kill in between leaves the old journal or the new one.</summary>
    public void Rewrite(IEnumerable<string> records)
    {
        var next = generation + 1;
        var path = PathOf(folder, next);
        var fresh = new FileStream(path + ".new", FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        foreach (var record in records) fresh.Write(Line(record));
        fresh.Flush(flushToDisk: true);
        File.Move(path + ".new", path);
        var old = file;
        file = fresh;
        generation = next;
        old.Dispose();
        File.Delete(PathOf(folder, next - 1));
    }

    public void Dispose() => file.Dispose();

    /// <returns>The length of the whole records at the beginning.</returns>
    private static long Replay(FileStream file, Action<string> replay)
    {
        file.Position = 0;
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        long whole = 0;
        while (whole < bytes.Length)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', (int)whole);
            var line = end < 0 ? default : bytes.AsSpan((int)whole, end - (int)whole);
            if (end < 0 || line.Length <= ChecksumLength || !line[..ChecksumLength].SequenceEqual(Checksum(line[(ChecksumLength + 1)..])))
            {
                // Only the last record can be torn; damage with records after it is something else, and not ours to guess away.
                if (end >= 0 && end + 1 < bytes.Length) throw new InvalidDataException($"{file.Name} is damaged at byte {whole}; restore it from a backup or move it away to start anew.");
                break;
            }
            replay(Encoding.UTF8.GetString(line[(ChecksumLength + 1)..]));
            whole = end + 1;
        }
        return whole;
    }

    private static byte[] Line(string record)
    {
        var text = Encoding.UTF8.GetBytes(record);
        if (text.Contains((byte)'\n')) throw new ArgumentException("A record is one line.", nameof(record));
        return [.. Checksum(text), (byte)' ', .. text, (byte)'\n'];
    }

    private static byte[] Checksum(ReadOnlySpan<byte> text) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, ChecksumLength / 2)));

    private static string PathOf(string folder, long generation) => Path.Combine(folder, Prefix + generation.ToString("D8", CultureInfo.InvariantCulture) + Suffix);
}
