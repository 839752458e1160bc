using Stoa.Town.Geography;

namespace Stoa.Town.Questions;

internal enum DayPart
{
    Any,
    Morning,
    Afternoon,
    Evening,
}

/// <summary>What a person's sentence asks for; every part may be missing.</summary>
internal sealed record Question
{
    public PlaceAnswer? From { get; init; }

    public PlaceAnswer? To { get; init; }

    public DateAnswer? Date { get; init; }

    public DayPart Part { get; init; }

    /// <summary>How many want to fly; 1 where nothing is said.</summary>
    public int Travellers { get; init; } = 1;

    public bool Return { get; init; }

    /// <summary>Whether the sentence has the form of a journey ("from … to …"), so that it is no name and no small talk.</summary>
    public bool IsJourney { get; init; }

    public bool IsEmpty => From is null && To is null && Date is null && Part == DayPart.Any;
}
