using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.People;

namespace Stoa.Threads.Membership;

/// <summary>Finds the people that a call names by <c>@handle</c>.</summary>
internal sealed class NamedPeople(IPeople people)
{
    /// <returns>Each once, with the handle as it was given.</returns>
    /// <exception cref="ProblemException"><c>invalid_request</c>, <c>pages_not_in_groups</c>, <c>person_not_found</c>: of the first name that is wrong.</exception>
    public async Task<Dictionary<PersonId, string>> FindAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            if (name is not null && name.StartsWith("page:", StringComparison.Ordinal))
            {
                throw new ProblemException(Problem.Invalid("pages_not_in_groups", $"'{name}' is a page; groups are of people at present.", "Write to the page in a thread of your own: with: [\"page:username\"] alone."));
            }

            if (name is null || !name.StartsWith('@'))
            {
                throw new ProblemException(Problem.Invalid("invalid_request", $"'{name}' is no '@handle'.", "Name people as @handle."));
            }
        }

        var cards = await people.FindByHandlesAsync(names, cancellationToken);
        var found = new Dictionary<PersonId, string>(names.Count);
        foreach (var name in names)
        {
            if (!cards.TryGetValue(name, out var card))
            {
                throw new ProblemException(Problem.NotFound("person_not_found", $"person '{name}'"));
            }

            found.TryAdd(card.Id, name);
        }

        return found;
    }
}
