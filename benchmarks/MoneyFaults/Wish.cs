using Stoa.Hosting.Problems;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Something that somebody wants once, however often their devices ask for it under its key.</summary>
/// <param name="askAsync">Returns what the answer names: the id of the thing begun.</param>
internal sealed class Wish(string what, Func<Node, Wish, Task> askAsync)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> answers = [];

    public string What { get; } = what;

    public IReadOnlyCollection<string> Answers
    {
        get
        {
            lock (gate)
            {
                return [.. answers];
            }
        }
    }

    public Guid? Id => Answers.Count == 0 ? null : Guid.Parse(Answers.First());

    /// <summary>The device has read an answer.</summary>
    public void Answer(Guid id)
    {
        lock (gate)
        {
            answers.Add(id.ToString());
        }
    }

    /// <summary>Asks; a refusal is an answer that promises nothing.</summary>
    public async Task AskAsync(Node node)
    {
        try
        {
            await askAsync(node, this);
        }
        catch (ProblemException)
        {
            // Refused: nothing moved for this asking, and the books say whether that is so.
        }
    }
}
