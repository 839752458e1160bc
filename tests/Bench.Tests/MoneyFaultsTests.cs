using Stoa.Bench.MoneyFaults;
using Xunit;

namespace Stoa.Bench.Tests;

/// <summary>Money under faults, of which <c>./bench faults --seeds N</c> runs as many as there is time for.</summary>
public sealed class MoneyFaultsTests
{
    private const int Seeds = 24;

    [Fact]
    public async Task Whatever_fails_at_whatever_moment_money_adds_up()
    {
        await using var stage = await Stage.OpenAsync();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var outcome = await stage.RunAsync(seed);
            var told = new StringWriter();
            MoneyFaultsMeasure.Tell(outcome, told);
            Assert.True(outcome.Violations.Count == 0, told.ToString());
        }
    }

    [Fact]
    public void Frames_of_the_database_s_protocol_are_read_however_they_are_cut()
    {
        // A start, a prepended BEGIN, an extended query and a COMMIT.
        byte[] bytes =
        [
            0, 0, 0, 8, 0, 3, 0, 0,
            (byte)'Q', 0, 0, 0, 10, .. "BEGIN\0"u8,
            (byte)'B', 0, 0, 0, 6, 0, 0,
            (byte)'S', 0, 0, 0, 4,
            (byte)'Q', 0, 0, 0, 11, .. "COMMIT\0"u8,
        ];
        for (var size = 1; size <= bytes.Length; size++)
        {
            var (frames, questions, commits) = (new Frames(startsUntyped: true), 0, false);
            foreach (var part in bytes.Chunk(size))
            {
                frames.Feed(part);
                (questions, commits) = (questions + frames.Questions, commits | frames.Commits);
            }

            Assert.Equal((3, true), (questions, commits));
        }
    }
}
