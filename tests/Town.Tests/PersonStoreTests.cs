using Stoa.Town.Airline;

namespace Stoa.Town.Tests;

public sealed class PersonStoreTests
{
    private readonly Conversation conversation = new(TestWorld.Gazetteer, TestWorld.Timetable);

    [Fact]
    public void A_store_opened_again_knows_everything_and_a_repeated_delivery_does_nothing()
    {
        using var folder = new Folder();
        PersonState before;
        using (var store = new PersonStore(folder.Path))
        {
            Act(store, "p1", new Incoming.Text("m1", "AMS TLV 12 dec"));
            Act(store, "p1", new Incoming.Pressed("m2", Payloads.Choose(store.Read("p1").Quotes[0].Itinerary)));
            Act(store, "p1", new Incoming.Text("m3", "Zofia Nowak"));
            Act(store, "p1", new Incoming.Text("m4", "window"));
            store.Sent("p1", 3);
            before = store.Read("p1");
        }
        using (var store = new PersonStore(folder.Path))
        {
            var after = store.Read("p1");
            Assert.Equal(Json(before), Json(after));
            Assert.Equal(["p1"], store.Waiting());
            Act(store, "p1", new Incoming.Text("m4", "window"));
            Assert.Equal(Json(before), Json(store.Read("p1")));
            Assert.True(store.Desk.Claimed(after.Bookings[0].Itinerary, after.Bookings[0].Seats[0], null, Talk.Start));
        }
    }

    [Fact]
    public void Killed_after_any_byte_was_written_the_redelivered_act_ends_in_the_same_state()
    {
        using var folder = new Folder();
        Incoming[] acts = [new Incoming.Text("m1", "AMS TLV 12 dec"), new Incoming.Text("m2", "sunday"), new Incoming.Text("m3", "help")];
        string expected;
        using (var store = new PersonStore(folder.Path))
        {
            foreach (var act in acts) Act(store, "p1", act);
            expected = Json(store.Read("p1"));
        }
        var file = Directory.GetFiles(folder.Path).Single();
        var bytes = File.ReadAllBytes(file);
        for (var length = 0; length <= bytes.Length; length += 97)
        {
            using var killed = new Folder();
            File.WriteAllBytes(Path.Combine(killed.Path, Path.GetFileName(file)), bytes[..length]);
            using var store = new PersonStore(killed.Path);
            foreach (var act in acts) Act(store, "p1", act);
            Assert.Equal(expected, Json(store.Read("p1")));
        }
    }

    [Fact]
    public async Task Many_people_at_once_never_get_one_seat_and_a_full_flight_is_sold_out()
    {
        using var folder = new Folder();
        using var store = new PersonStore(folder.Path);
        const string Flight = "KL492-20261212";
        var free = TestWorld.Timetable.Itinerary(Flight)!.First.Cabin.SeatsLeft(Flight, _ => false);
        Assert.InRange(free, 1, 200);
        await Task.WhenAll(Enumerable.Range(0, free + 10).Select(i => Task.Run(() =>
        {
            var person = $"p{i}";
            Act(store, person, new Incoming.Pressed($"{i}-1", Payloads.Choose(Flight)));
            if (store.Read(person).Pending is not { } booking) return;
            Act(store, person, new Incoming.Text($"{i}-2", "Zofia Nowak"));
            Act(store, person, new Incoming.Pressed($"{i}-3", Payloads.Seat(booking, "window")));
            var total = store.Read(person).Bookings[0].TotalMinor;
            if (Act(store, person, new Incoming.AboutToPay($"{i}-4", booking, "EUR", total)) == true)
            {
                Act(store, person, new Incoming.Paid($"payment:{i}", booking, $"{i}", "EUR", total));
                Act(store, person, new Incoming.Pressed($"{i}-5", Payloads.CheckIn(booking)));
            }
        })));
        var sold = Enumerable.Range(0, free + 10).SelectMany(i => store.Read($"p{i}").Bookings).Where(booking => booking.HasTicket).ToArray();
        Assert.Equal(free, sold.Length);
        Assert.Equal(free, sold.Select(booking => booking.Seats[0]).Distinct().Count());
        Assert.Equal(free, sold.Select(booking => booking.Pnr).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, free), sold.Select(booking => booking.Sequences[0]).Order());
    }

    [Fact]
    public void A_long_journal_is_written_anew_and_loses_nothing()
    {
        using var folder = new Folder();
        string expected;
        using (var store = new PersonStore(folder.Path, rewriteAbove: 20_000))
        {
            for (var i = 0; i < 60; i++)
            {
                Act(store, $"p{i % 3}", new Incoming.Text($"m{i}", "help"));
                store.Sent($"p{i % 3}", store.Read($"p{i % 3}").NextMessage - 1);
            }
            expected = string.Join('\n', Enumerable.Range(0, 3).Select(i => Json(store.Read($"p{i}"))));
        }
        Assert.True(new FileInfo(Directory.GetFiles(folder.Path).Single()).Length < 60_000);
        using (var store = new PersonStore(folder.Path)) Assert.Equal(expected, string.Join('\n', Enumerable.Range(0, 3).Select(i => Json(store.Read($"p{i}")))));
    }

    private bool? Act(PersonStore store, string person, Incoming act) =>
        store.Decide(person, (state, desk) => conversation.Decide(state, act, new Moment(Talk.Start, desk, Random.Shared.NextBytes, "http://127.0.0.1:1"))).Accepts;

    private static string Json(PersonState state) => System.Text.Json.JsonSerializer.Serialize(new StoredChange { State = state }, StoreJson.Default.StoredChange);
}
