using Stoa.Kernel;

namespace Stoa.Threads;

/// <summary>What the modules above may know of conversations between people.</summary>
public interface IPeopleThreads
{
    /// <summary>A thread as this person stands in it.</summary>
    /// <returns>Null for a thread that is not there, not theirs, or with a business.</returns>
    Task<PeopleThread?> FindAsync(PersonId actor, ThreadId thread, CancellationToken cancellationToken);

    /// <summary>Those of <paramref name="people"/> who are members now. Takes no actor: ask <see cref="FindAsync"/> first.</summary>
    Task<IReadOnlySet<PersonId>> AmongAsync(ThreadId thread, IReadOnlyCollection<PersonId> people, CancellationToken cancellationToken);

    /// <summary>Members, at most <paramref name="limit"/>. Takes no actor: for telling them live.</summary>
    Task<IReadOnlyList<PersonId>> ListAsync(ThreadId thread, int limit, CancellationToken cancellationToken);

    /// <summary>The direct thread of two people, made if there is none; to somebody who does not know the opener it is a request.</summary>
    Task<ThreadId> OpenDirectAsync(PersonId opener, PersonId other, CancellationToken cancellationToken);
}

/// <param name="Other">In a direct thread: who it is with.</param>
/// <param name="MayWrite">False when the other side takes nothing from this person.</param>
/// <param name="IsRequest">A stranger's, which this person has not accepted: they read it and cannot write.</param>
public sealed record PeopleThread(ThreadId Id, bool IsGroup, PersonId? Other, bool MayWrite, bool IsRequest);
