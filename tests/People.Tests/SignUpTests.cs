using System.Net.Http.Json;
using System.Text.Json;
using Stoa.People.Names;
using Stoa.People.Passwords;
using Stoa.Testing;
using Xunit;

namespace Stoa.People.Tests;

public sealed class SignUpTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var server = shared.Server;
        using var answer = await server.SignUpAsync("a b", "\u200B", "short");
        var problem = await PeopleServer.ReadAsync(answer, 400);
        Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        Assert.Equal(["handle", "name", "password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
        Assert.DoesNotContain("short", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_who_want_one_handle_at_the_same_moment_one_gets_it()
    {
        await using var server = await PeopleServer.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.SignUpAsync(i % 2 == 0 ? "wanted" : "WANTED")));
        Assert.Single(answers, answer => (int)answer.StatusCode == 201);
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode != 201))
        {
            Assert.Equal("handle_taken", await PeopleServer.CodeAsync(refused, 409));
        }
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("Adm1n")]
    [InlineData("st0a")]
    [InlineData("s.u.p.p.o.r.t")]
    [InlineData("5upport")]
    public async Task The_house_keeps_its_words(string handle)
    {
        var server = shared.Server;
        using var answer = await server.SignUpAsync(handle);
        Assert.Equal("handle_taken", await PeopleServer.CodeAsync(answer, 409));
    }

    [Theory]
    [InlineData("ab", false)]
    [InlineData("abc", true)]
    [InlineData("a.b_9", true)]
    [InlineData("...", false)]
    [InlineData("zażółć", false)]
    [InlineData("a\u0430bc", false)] // A Cyrillic а.
    [InlineData("K\u212Alvin", false)] // The Kelvin sign folds to k.
    [InlineData("12345678901234567890123456789012", true)]
    [InlineData("123456789012345678901234567890123", false)]
    public void What_a_handle_is(string text, bool taken) => Assert.Equal(taken, Handle.TryFold(text, out _));

    [Theory]
    [InlineData("Amélie", "Amélie")]
    [InlineData("Ame\u0301lie", "Amélie")]
    [InlineData("  Jan \t\n Kowalski ", "Jan Kowalski")]
    [InlineData("gpj\u202Eexe", "gpjexe")]
    [InlineData("a\u2066b\u2069c\u200Ed\u200Fe\u061Cf", "abcdef")]
    [InlineData("zero\u200Bwidth\u2060joined\uFEFF", "zerowidthjoined")]
    [InlineData("bell\u0007", "bell")]
    [InlineData("A\uFE0F", "A")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("a\u200Cb", "ab")]
    [InlineData("👨\u200D👩\u200D👧 Family", "👨\u200D👩\u200D👧 Family")]
    [InlineData("I ❤\uFE0F Rodos", "I ❤\uFE0F Rodos")]
    [InlineData("🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F")]
    [InlineData("hid\U000E0061den", "hidden")]
    [InlineData("נועה לוי", "נועה לוי")]
    public void What_hides_is_dropped_from_a_name(string text, string clean)
    {
        Assert.True(DisplayName.TryClean(text, out var name, out var why), why);
        Assert.Equal(clean, name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\u3164")]
    [InlineData("\u2800\u2800")]
    [InlineData("\u115F\u200B")]
    [InlineData("\u0301")]
    [InlineData("Verified ✓")]
    [InlineData("Bank ✔")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void A_name_that_lies_is_refused(string text) => Assert.False(DisplayName.TryClean(text, out _, out _));

    // A fact of its own: an attribute cannot carry half of a pair.
    [Fact]
    public void Half_of_a_character_is_neither_name_nor_password()
    {
        Assert.False(DisplayName.TryClean("half \ud83d", out _, out _));
        Assert.NotNull(NewPassword.Refuse("sixteen candles \udc00", "handle", "Name"));
    }

    [Theory]
    [InlineData("sixteen candles, no cake", true)]
    [InlineData("zażółć gęślą jaźń", true)]
    [InlineData("               but blanks count", true)]
    [InlineData("fourteen chars", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("abcabcabcabcabcabc", false)]
    [InlineData("123456789012345", false)]
    [InlineData("qwertyuiopasdfghjkl", false)]
    [InlineData("Correct-Horse-Battery-Staple", false)]
    [InlineData("password1234567", false)]
    [InlineData("stoa messenger 2026", false)]
    [InlineData("wandering.albatross99", false)] // The handle with a number.
    [InlineData("...............", false)]
    public void What_a_password_is(string password, bool taken) =>
        Assert.Equal(taken, NewPassword.Refuse(password, "wandering.albatross", "Wandering Albatross") is null);

    [Fact]
    public void A_password_has_at_most_128_characters()
    {
        var text = string.Concat(Enumerable.Range(0, 128).Select(i => (char)('!' + (i * 31 % 90))));
        Assert.Null(NewPassword.Refuse(text, "handle", "Name"));
        Assert.NotNull(NewPassword.Refuse(text + "x", "handle", "Name"));
    }

    [Fact]
    public async Task People_are_found_by_the_beginning_of_handle_or_words_whatever_the_marks()
    {
        await using var server = await PeopleServer.StartAsync();
        await server.JoinAsync("wojtek_77", "Wojciech Łęcki");
        await server.JoinAsync("amel", "Amélie Laurent");
        await server.JoinAsync("noa.l", "נועה לוי");
        var token = await server.JoinAsync("searcher", "Somebody Searching");

        Assert.Equal(["wojtek_77"], await FindAsync("lecki"));
        Assert.Equal(["wojtek_77"], await FindAsync("@WOJT"));
        Assert.Equal(["wojtek_77"], await FindAsync("wojc łę"));
        Assert.Equal(["amel"], await FindAsync("ame laur"));
        Assert.Equal(["noa.l"], await FindAsync("נוע"));
        Assert.Empty(await FindAsync("elie"));
        Assert.Empty(await FindAsync("ame lecki"));
        Assert.Empty(await FindAsync("search"));
        Assert.Empty(await FindAsync("%"));
        Assert.Empty(await FindAsync("_"));
        Assert.Empty(await FindAsync(""));
        using var renamed = await server.CallAsync(HttpMethod.Patch, "/api/me", token, new { name = "Renamed Person", locale = "PL-pl" });
        Assert.Equal("pl-PL", (await PeopleServer.ReadAsync(renamed, 200)).GetProperty("locale").GetString());
        token = await server.JoinAsync("another");
        Assert.Equal(["searcher"], await FindAsync("renamed"));
        Assert.Empty(await FindAsync("somebody"));

        async Task<string[]> FindAsync(string q)
        {
            using var answer = await server.CallAsync(HttpMethod.Get, "/api/people?q=" + Uri.EscapeDataString(q), token);
            return [.. (await PeopleServer.ReadAsync(answer, 200)).GetProperty("people").EnumerateArray().Select(p => p.GetProperty("handle").GetString()!)];
        }
    }

    [Theory]
    [InlineData("""{"locale":"klingon language"}""")]
    [InlineData("""{"locale":""}""")]
    [InlineData("""{"name":"\u200b"}""")]
    [InlineData("""{"handle":"other"}""")]
    [InlineData("""{"demo":true}""")]
    public async Task What_of_oneself_cannot_be_changed(string body)
    {
        using var answer = await shared.Server.CallAsync(HttpMethod.Patch, "/api/me", shared.Token, JsonSerializer.Deserialize<JsonElement>(body));
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Sign_up_takes_the_browsers_language_and_is_not_counted_from_loopback_in_development()
    {
        await using var server = await PeopleServer.StartAsync(new StoaServerOptions
        {
            Limits = true,
            Settings = new Dictionary<string, string> { ["People:SignUpsPerNetworkAndHour"] = "2" },
        });
        for (var i = 0; i < 4; i++)
        {
            await server.JoinAsync($"dev{i}"); // Development, from loopback: no limit.
        }

        using var accept = new HttpRequestMessage(HttpMethod.Post, "/api/people") { Content = JsonContent.Create(new { handle = "francophone", name = "F", password = PeopleServer.Password }) };
        accept.Headers.AcceptLanguage.ParseAdd("de, fr-CA;q=0.8, en;q=0.5");
        using var answer = await server.Client.SendAsync(accept, Ct);
        using var me = await server.CallAsync(HttpMethod.Get, "/api/me", (await PeopleServer.ReadAsync(answer, 201)).GetProperty("token").GetString());
        Assert.Equal("fr", (await PeopleServer.ReadAsync(me, 200)).GetProperty("locale").GetString());
    }
}
