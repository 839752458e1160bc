namespace Stoa.Town.Friends;

/// <summary>One thing said before the newcomer came.</summary>
internal readonly record struct Opening(string From, string To, string Text);

/// <summary>What is in the inboxes at first sight. Each has a client id of its own, so the world is opened once however often it is tried.</summary>
internal static class Openings
{
    public static readonly IReadOnlyList<Opening> All =
    [
        new("piotr", "tomek", "Do you take the bikes on Saturday, or do we hike?"),
        new("tomek", "piotr", "Hike! The forecast says dry until four."),
        new("piotr", "tomek", "Good. I'll bring cake, you bring the map."),
        new("tomek", "piotr", "Map… I thought you had the map 😅"),
        new("leila", "amelie", "Coucou Amélie ! Tes croissants me manquent. Tu viens à Beyrouth ce printemps ?"),
        new("piotr", "amelie", "Bonjour Amélie, my class loved the éclairs. Could you send the recipe?"),
        new("leila", "noa", "Noa, I finished the book you sent. I cried on the bus!"),
        new("piotr", "noa", "Do you still have that old atlas in the shop? I'd like it for the school."),
        new("tomek", "noa", "Is there a cycle path along the sea in Haifa?"),
        new("tomek", "zofia", "Hej Zosia, who has the map for Saturday? Piotr says you do."),
        new("tomek", "zofia", "Signal is going, tunnel ahead 🚆"),
        new("piotr", "zofia", "Hello Zofia! When do you fly? Send me the flight and I'll pick you up from the airport."),
        new("leila", "zofia", "وصلنا! 🎉 We're finally here."),
        new("leila", "zofia", "The balcony looks right at the sea. When are you coming? Halcyon has flights, I checked 😉"),
    ];
}
