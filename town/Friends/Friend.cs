namespace Stoa.Town.Friends;

/// <summary>A simulated person: who they are and how they write.</summary>
/// <param name="Handle">Of a demo person that the server knows.</param>
/// <param name="Languages">That they answer in; the first when they don't know the other's.</param>
/// <param name="Think">From seeing a message to beginning to write.</param>
/// <param name="PerLetter">Of writing, on top of a second.</param>
/// <param name="Online">How long they stay connected, or null for always.</param>
internal sealed record Friend(string Handle, string FirstName, string[] Languages, TimeSpan Think, TimeSpan PerLetter, (TimeSpan Online, TimeSpan Away)? Online = null)
{
    public static readonly Friend Leila = new("leila", "Leila", ["en", "ar", "fr"], TimeSpan.FromSeconds(1.6), TimeSpan.FromMilliseconds(35));

    /// <summary>On trains: there for a minute or two, then in a tunnel.</summary>
    public static readonly Friend Tomek = new(
        "tomek", "Tomek", ["en", "pl"], TimeSpan.FromSeconds(1.2), TimeSpan.FromMilliseconds(25), (TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(14)));

    /// <summary>Answers within the minute, mostly within seconds.</summary>
    public static readonly Friend Piotr = new("piotr", "Piotr", ["en", "pl"], TimeSpan.FromSeconds(0.7), TimeSpan.FromMilliseconds(18));

    public static readonly IReadOnlyList<Friend> All = [Leila, Tomek, Piotr];
}
