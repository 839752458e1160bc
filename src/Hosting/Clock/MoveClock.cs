using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Hosting.Clock;

/// <summary><c>PUT /dev/clock {now?|advanceSeconds?}</c>: moves domain time. Mapped in development only.</summary>
public static class MoveClock
{
    public sealed record Request(DateTimeOffset? Now = null, double? AdvanceSeconds = null);

    public sealed record Answer(DateTimeOffset Now);

    public static void MapClock(this IEndpointRouteBuilder routes) =>
        routes.MapPut("/dev/clock", Move).For(Audience.Anyone).WithName("MoveClock").WithTags("Development")
            .WithSummary("Moves domain time, in development only.")
            .WithDescription("Give either the instant it shall be, or seconds to add. It runs on from there.");

    private static Results<Ok<Answer>, ProblemHttpResult> Move(Request request, MovableClock clock)
    {
        switch (request)
        {
            case { Now: { } now, AdvanceSeconds: null }:
                clock.MoveTo(now);
                break;
            case { Now: null, AdvanceSeconds: { } seconds } when Math.Abs(seconds) <= TimeSpan.FromDays(36_500).TotalSeconds:
                clock.MoveBy(TimeSpan.FromSeconds(seconds));
                break;
            default:
                return Problem.Invalid("invalid_request", "Either 'now' or 'advanceSeconds' is needed, and a move is at most 100 years.",
                    """Send {"advanceSeconds":3600} or {"now":"2026-12-12T08:00:00Z"}.""").AsResult();
        }

        return TypedResults.Ok(new Answer(clock.GetUtcNow()));
    }
}
