using System.Text.RegularExpressions;
using Xunit;

namespace Stoa.House.Tests;

/// <summary>A module's root folder is what others may use; everything below it is internal.</summary>
public sealed partial class PublicTypeTests
{
    [Fact]
    public void Public_types_of_a_module_stand_in_its_root_folder()
    {
        var found = Repository.Files
            .Where(f => f.StartsWith("src/Modules/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal) && f.Split('/').Length > 4)
            .SelectMany(f => PublicTypes(Repository.Read(f)).Select(type => $"{f}: {type}"));

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("namespace X;\n\npublic sealed class Leak\n{\n}\n", "Leak")]
    [InlineData("namespace X;\n\npublic readonly record struct LeakId(long Value);\n", "LeakId")]
    [InlineData("namespace X;\n\npublic static partial class Leaks\n{\n}\n", "Leaks")]
    [InlineData("namespace X;\n\npublic interface ILeak;\n", "ILeak")]
    public void A_public_type_below_the_root_is_found(string source, string type) => Assert.Equal([type], PublicTypes(source));

    [Fact]
    public void A_public_member_of_an_internal_type_is_no_leak() =>
        Assert.Empty(PublicTypes("namespace X;\n\ninternal sealed class Inside\n{\n    public sealed record Request(string Text);\n}\n"));

    private static IEnumerable<string> PublicTypes(string source) => TopLevelPublicType().Matches(source).Select(m => m.Groups["name"].Value);

    // File-scoped namespaces: a top-level type begins at the first column.
    [GeneratedRegex(@"^public (?:(?:sealed|static|abstract|partial|readonly|ref|unsafe) )*(?:record struct|record class|record|class|struct|interface|enum|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelPublicType();
}
