using FsCheck;
using FsCheck.Fluent;

namespace Stoa.Threads.Tests.Messages.Model;

public enum ActKind
{
    Send,
    SendPoll,
    Answer,
    Edit,
    Unsend,
    React,
    TakeBack,
    Pin,
    Unpin,
    Vote,
    Repeat,
    ReadPage,
    Lose,
}

/// <summary>Something a member does. Numbers are taken modulo what there is.</summary>
/// <param name="Who">Of the members.</param>
/// <param name="Target">Of the events so far, from the newest; of the calls so far for <see cref="ActKind.Repeat"/>.</param>
/// <param name="What">Which text, emoji or choice.</param>
/// <param name="AtOnce">Made together with the one before it, not after its answer.</param>
public sealed record Act(ActKind Kind, int Who, int Target, int What, bool AtOnce)
{
    /// <summary>Mostly changes of the same few messages: what does not collide tests nothing.</summary>
    public static Gen<Act> Any { get; } =
        from kind in Gen.Frequency(
            (5, Gen.Constant(ActKind.Send)), (3, Gen.Constant(ActKind.SendPoll)), (3, Gen.Constant(ActKind.Answer)), (7, Gen.Constant(ActKind.Edit)),
            (2, Gen.Constant(ActKind.Unsend)), (8, Gen.Constant(ActKind.React)), (3, Gen.Constant(ActKind.TakeBack)), (3, Gen.Constant(ActKind.Pin)),
            (2, Gen.Constant(ActKind.Unpin)), (7, Gen.Constant(ActKind.Vote)), (5, Gen.Constant(ActKind.Repeat)), (4, Gen.Constant(ActKind.ReadPage)), (2, Gen.Constant(ActKind.Lose)))
        from who in Gen.Choose(0, 2)
        from target in Gen.Choose(0, 12)
        from what in Gen.Choose(0, 5)
        from atOnce in Gen.Elements(true, false, false)
        select new Act(kind, who, target, what, atOnce);
}
