namespace Stoa.Conformance.Tests.Messenger;

/// <summary>How a row of the platform's documentation stands here.</summary>
public enum Verdict
{
    Same,
    Differs,
    Absent,
}

/// <summary>One row of what the Messenger Platform documents, with the question that shows how it stands here.</summary>
/// <param name="Section">The heading under which the page lists it.</param>
/// <param name="Row">What is documented, in a few words.</param>
/// <param name="Note">What differs, or what is answered instead; null for the same.</param>
/// <param name="Ask">Gives the answer, or the event, as raw JSON.</param>
/// <param name="Expected">A pattern that the whole of it matches.</param>
public sealed record MessengerCase(string Section, string Row, Verdict Verdict, string? Note, Func<BotUnderTest, Task<string>> Ask, string Expected);
