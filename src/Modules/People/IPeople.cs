using Stoa.Kernel;

namespace Stoa.People;

/// <summary>Who people are, for the modules above.</summary>
public interface IPeople
{
    /// <summary>Those of <paramref name="ids"/> that are people; others are left out. One query whatever their number.</summary>
    Task<IReadOnlyDictionary<PersonId, PersonCard>> FindAsync(IReadOnlyCollection<PersonId> ids, CancellationToken cancellationToken);

    /// <summary>By handle, with or without a leading <c>@</c>, in any case; null when there is none.</summary>
    Task<PersonCard?> FindByHandleAsync(string handle, CancellationToken cancellationToken);

    /// <summary>As <see cref="FindByHandleAsync"/>, by the handles as they were given; those of nobody are left out. One query whatever their number.</summary>
    Task<IReadOnlyDictionary<string, PersonCard>> FindByHandlesAsync(IReadOnlyCollection<string> handles, CancellationToken cancellationToken);

    /// <summary>The people of the demo world; none outside it. For seeding what they own.</summary>
    Task<IReadOnlyList<PersonCard>> ListDemoAsync(CancellationToken cancellationToken);
}

/// <param name="Name">As the person writes it, cleaned (docs: names that lie).</param>
/// <param name="Locale">BCP 47, as <c>en</c> or <c>pl-PL</c>.</param>
/// <param name="Demo">Belongs to the demo world and may be signed in with one click there.</param>
public sealed record PersonCard(PersonId Id, string Handle, string Name, string Locale, bool Demo);
