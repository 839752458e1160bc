using System.Text.RegularExpressions;
using Xunit;

namespace Stoa.House.Tests;

/// <summary>A number in the log means one thing for ever.</summary>
public sealed partial class LogIdTests
{
    [Fact]
    public void No_two_log_messages_share_an_id() =>
        Assert.Empty(Shared(Repository.Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal))
            .Select(f => (f, Repository.Read(f)))));

    [Fact]
    public void A_shared_id_is_found() =>
        Assert.Equal(["7: a.cs, b.cs"], Shared([("a.cs", "[LoggerMessage(7, x)] [LoggerMessage(8, x)]"), ("b.cs", "[LoggerMessage(7, y)]")]));

    private static IEnumerable<string> Shared(IEnumerable<(string File, string Text)> files) =>
        files.SelectMany(file => Id().Matches(file.Text).Select(id => (file.File, Id: id.Groups[1].Value)))
            .GroupBy(use => use.Id).Where(uses => uses.Count() > 1)
            .Select(uses => $"{uses.Key}: {string.Join(", ", uses.Select(use => use.File))}");

    [GeneratedRegex(@"\[LoggerMessage\(([0-9]+)")]
    private static partial Regex Id();
}
