using System.Globalization;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;

namespace Stoa.Media.Uploads;

/// <summary>What a person holds and has begun, and whether one more upload may begin.</summary>
internal sealed record Allowance(long Bytes, DateTime Hour, int UploadsInHour, DateTime Day, int UploadsInDay)
{
    /// <summary>The counters as they stand with one more upload.</summary>
    /// <param name="bytesMax">What may be held.</param>
    /// <param name="countsUploads">False where limits are off.</param>
    /// <returns>A problem instead where it may not begin; nothing is counted then.</returns>
    public (Allowance? Next, Problem? Refusal) Begin(long length, DateTime now, MediaOptions options, long bytesMax, bool countsUploads)
    {
        var (hour, day) = (now.Date.AddHours(now.Hour), now.Date);
        var next = new Allowance(Bytes + length, hour, Hour == hour ? UploadsInHour + 1 : 1, day, Day == day ? UploadsInDay + 1 : 1);
        if (countsUploads && next.UploadsInHour > options.UploadsPerHour)
        {
            return (null, TooMany(options.UploadsPerHour, "hour", hour.AddHours(1) - now));
        }

        if (countsUploads && next.UploadsInDay > options.UploadsPerDay)
        {
            return (null, TooMany(options.UploadsPerDay, "day", day.AddDays(1) - now));
        }

        return next.Bytes > bytesMax
            ? (null, new(StatusCodes.Status507InsufficientStorage, "storage_full", "Begin an upload",
                string.Create(CultureInfo.InvariantCulture, $"You hold {Bytes} of {bytesMax} bytes, and this upload has {length}."),
                "Delete messages with large files, or uploads that were not sent; their room is free again after a while."))
            : (next, null);
    }

    private static Problem TooMany(int most, string window, TimeSpan left)
    {
        var wait = (int)Math.Ceiling(left.TotalSeconds);
        return new(StatusCodes.Status429TooManyRequests, "too_many_uploads", "Begin an upload", $"More than {most} uploads began within one {window}.", $"Wait {wait} seconds.")
        { RetryAfterSeconds = wait };
    }
}
