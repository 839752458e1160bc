using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Threads.Live;

/// <summary>What members are told of a thread beside its events. It crosses to other nodes as JSON under the written name, and each tells its own sockets.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "what")]
[JsonDerivedType(typeof(ThreadOpened), "opened")]
[JsonDerivedType(typeof(MembersLeft), "left")]
[JsonDerivedType(typeof(PersonalNews), "personal")]
internal abstract record ThreadHappening(ThreadId Thread);

/// <summary>These people have the thread now, or have it in another shape.</summary>
internal sealed record ThreadOpened(ThreadId Thread, IReadOnlyList<PersonId> People) : ThreadHappening(Thread);

/// <summary>These people can read nothing of it any more.</summary>
internal sealed record MembersLeft(ThreadId Thread, IReadOnlyList<PersonId> People) : ThreadHappening(Thread);

/// <summary>A frame for these people alone: whoever makes it knows who may see it.</summary>
internal sealed record PersonalNews(ThreadId Thread, IReadOnlyList<PersonId> To, ReadOnlyMemory<byte> Frame) : ThreadHappening(Thread)
{
    /// <summary>Only for those who are in the thread when it is told: whoever has left since hears nothing more of it.</summary>
    public bool MembersOnly { get; init; }
}
