namespace Stoa.Bots.Pages;

/// <summary>The dialect knows first and last names; people here have one name.</summary>
internal static class PersonNames
{
    /// <returns>The first word and the rest; the rest may be empty.</returns>
    public static (string First, string Last) Split(string name)
    {
        var space = name.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (name, "") : (name[..space], name[(space + 1)..].TrimStart());
    }
}
