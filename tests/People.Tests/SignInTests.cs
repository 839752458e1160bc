using System.Net.Http.Json;
using Dapper;
using Stoa.Hosting;
using Stoa.People.Passwords;
using Stoa.Testing;
using Xunit;

namespace Stoa.People.Tests;

public sealed class SignInTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_limits_are_those_of_the_security_rules()
    {
        var options = new PeopleOptions();
        Assert.Equal((210_000, 30, 180), (options.PasswordIterations, options.SessionIdleDays, options.SessionDays));
        Assert.Equal((5, 30, 100, 30), (options.SignInsPerAccountAndMinute, options.SignInsPerNetworkAndMinute, options.SignUpsPerNetworkAndHour, options.SearchesPerMinute));
        var hash = PasswordHash.Make(PeopleServer.Password, options.PasswordIterations);
        Assert.StartsWith("pbkdf2-sha512$210000$", hash, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify(hash, PeopleServer.Password, options.PasswordIterations, out var outdated) && !outdated);
        Assert.False(PasswordHash.Verify(hash, PeopleServer.Password + "!", options.PasswordIterations, out _));
        Assert.False(PasswordHash.Verify(null, PeopleServer.Password, 1, out _));
    }

    [Fact]
    public async Task Sign_up_sign_in_and_sign_out()
    {
        await using var server = await PeopleServer.StartAsync();
        using var answer = await server.SignUpAsync("Ala.Ma_Kota", " Ala   ma\u202E kota ");
        var person = await PeopleServer.ReadAsync(answer, 201);
        Assert.Equal(("ala.ma_kota", "Ala ma kota"), (person.GetProperty("handle").GetString(), person.GetProperty("name").GetString()));

        using var signIn = await server.SignInAsync("ALA.MA_KOTA");
        var token = (await PeopleServer.ReadAsync(signIn, 201)).GetProperty("token").GetString()!;
        Assert.NotEqual(person.GetProperty("token").GetString(), token);
        using var me = await server.CallAsync(HttpMethod.Get, "/api/me", token);
        var read = await PeopleServer.ReadAsync(me, 200);
        Assert.Equal(person.GetProperty("id").GetString(), read.GetProperty("id").GetString());
        Assert.False(read.GetProperty("demo").GetBoolean());

        using var signOut = await server.CallAsync(HttpMethod.Delete, "/api/sessions/current", token);
        Assert.Equal(204, (int)signOut.StatusCode);
        using var after = await server.CallAsync(HttpMethod.Get, "/api/me", token);
        Assert.Equal("not_signed_in", await PeopleServer.CodeAsync(after, 401));
        using var other = await server.CallAsync(HttpMethod.Get, "/api/me", person.GetProperty("token").GetString());
        Assert.Equal(200, (int)other.StatusCode);
    }

    [Fact]
    public async Task An_unknown_handle_a_wrong_password_and_a_demo_person_answer_alike()
    {
        await using var server = await PeopleServer.StartAsync(new StoaServerOptions { World = World.Town });
        await server.JoinAsync("somebody");

        var bodies = new List<string>();
        foreach (var (handle, password) in new[] { ("somebody", "wrong password here"), ("nobody.at.all", PeopleServer.Password), ("zofia", ""), ("", ""), ("@@", "x"), ("somebody", new string('x', 5_000)) })
        {
            using var answer = await server.SignInAsync(handle, password);
            Assert.Equal(401, (int)answer.StatusCode);
            bodies.Add(await answer.Content.ReadAsStringAsync(Ct));
        }

        Assert.Contains("sign_in_failed", Assert.Single(bodies.Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_fifth_try_in_a_minute_is_the_last_on_every_node()
    {
        await using var server = await PeopleServer.StartAsync(new StoaServerOptions { Limits = true });
        await using var second = await PeopleServer.StartAsync(new StoaServerOptions { Limits = true, Database = server.Database });
        await server.JoinAsync("somebody");
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await (i % 2 == 0 ? server : second).SignInAsync("somebody", "wrong password here");
            Assert.Equal(401, (int)wrong.StatusCode);
        }

        using var refused = await second.SignInAsync("somebody");
        Assert.Equal("too_many_requests", await PeopleServer.CodeAsync(refused, 429));
        Assert.Equal(TimeSpan.FromMinutes(1), refused.Headers.RetryAfter?.Delta);
        using var another = await second.SignInAsync("nobody.at.all");
        Assert.Equal(401, (int)another.StatusCode);

        second.Clock.Advance(TimeSpan.FromMinutes(1));
        using var right = await second.SignInAsync("somebody");
        Assert.Equal(201, (int)right.StatusCode);
    }

    [Fact]
    public async Task A_password_of_an_older_cost_is_hashed_anew_at_sign_in()
    {
        await using var server = await PeopleServer.StartAsync();
        await server.JoinAsync("somebody");
        await using var dearer = await PeopleServer.StartAsync(new StoaServerOptions { Database = server.Database, Settings = new Dictionary<string, string> { ["People:PasswordIterations"] = "3" } });

        using var wrong = await dearer.SignInAsync("somebody", "wrong password here");
        Assert.StartsWith("pbkdf2-sha512$1$", await HashAsync(server), StringComparison.Ordinal);
        using var right = await dearer.SignInAsync("somebody");
        Assert.StartsWith("pbkdf2-sha512$3$", await HashAsync(server), StringComparison.Ordinal);
        using var again = await dearer.SignInAsync("somebody");
        Assert.Equal(201, (int)again.StatusCode);

        static async Task<string?> HashAsync(StoaServer server) =>
            await server.Database.DataSource.OpenConnection().ExecuteScalarAsync<string>("select password_hash from people.people where handle = 'somebody'");
    }

    [Fact]
    public async Task The_cookie_is_for_our_pages_alone_and_the_body_then_has_no_token()
    {
        await using var server = await PeopleServer.StartAsync();
        await server.JoinAsync("somebody");
        using var answer = await server.Client.PostAsJsonAsync("/api/sessions", new { handle = "somebody", password = PeopleServer.Password, cookie = true }, Ct);

        Assert.Equal("""{"token":null}""", await answer.Content.ReadAsStringAsync(Ct));
        var set = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^__Host-stoa=ps_[A-Za-z0-9_-]{43}; max-age=15552000; path=/; secure; samesite=lax; httponly$", set);
        Assert.True(answer.Headers.CacheControl?.NoStore);

        var cookie = ("Cookie", set.Split(';')[0]);
        using var read = await server.CallAsync(HttpMethod.Get, "/api/me", headers: cookie);
        Assert.Equal(200, (int)read.StatusCode);
        using var forged = await server.CallAsync(HttpMethod.Patch, "/api/me", body: new { name = "Forged" }, headers: cookie);
        Assert.Equal("client_header_missing", await PeopleServer.CodeAsync(forged, 403));
        using var forgedOut = await server.CallAsync(HttpMethod.Delete, "/api/sessions/current", headers: cookie);
        Assert.Equal("client_header_missing", await PeopleServer.CodeAsync(forgedOut, 403));
        using var ours = await server.CallAsync(HttpMethod.Patch, "/api/me", body: new { name = "Ours" }, headers: [cookie, ("Stoa-Client", "web")]);
        Assert.Equal("Ours", (await PeopleServer.ReadAsync(ours, 200)).GetProperty("name").GetString());
        using var signOut = await server.CallAsync(HttpMethod.Delete, "/api/sessions/current", headers: [cookie, ("Stoa-Client", "web")]);
        Assert.StartsWith("__Host-stoa=; max-age=0;", Assert.Single(signOut.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        using var after = await server.CallAsync(HttpMethod.Get, "/api/me", headers: cookie);
        Assert.Equal(401, (int)after.StatusCode);
    }

    [Theory]
    [InlineData("/api/me?token=TOKEN")]
    [InlineData("/api/me?access_token=TOKEN")]
    public async Task A_token_in_the_query_is_never_read_and_never_logged(string path)
    {
        var (server, token) = (shared.Server, shared.Token);
        using var answer = await server.CallAsync(HttpMethod.Get, path.Replace("TOKEN", token, StringComparison.Ordinal));
        Assert.Equal(401, (int)answer.StatusCode);
        using var me = await server.CallAsync(HttpMethod.Get, "/api/me", token);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer x")]
    [InlineData("Basic c29tZWJvZHk6cGFzc3dvcmQ=")]
    [InlineData("Bearer ps_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer ps_łłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłłł")]
    public async Task A_token_that_is_none_is_nobodys(string authorization)
    {
        var server = shared.Server;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = server.Address };
        using var answer = await client.SendAsync(request, Ct);
        Assert.Equal("not_signed_in", await PeopleServer.CodeAsync(answer, 401));
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_session_ends_when_idle_for_thirty_days_and_after_half_a_year_at_the_latest()
    {
        await using var server = await PeopleServer.StartAsync();
        var busy = await server.JoinAsync("busy");
        var idle = await server.JoinAsync("idle");
        for (var day = 29; day <= 174; day += 29)
        {
            server.Clock.Advance(TimeSpan.FromDays(29));
            Assert.Equal(200, await StatusAsync(server, busy));
        }

        Assert.Equal(401, await StatusAsync(server, idle));
        server.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal(401, await StatusAsync(server, busy));

        static async Task<int> StatusAsync(StoaServer server, string token)
        {
            using var answer = await server.CallAsync(HttpMethod.Get, "/api/me", token);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task The_database_knows_no_token()
    {
        await using var server = await PeopleServer.StartAsync();
        var token = await server.JoinAsync("somebody");
        var hash = await server.Database.DataSource.OpenConnection().ExecuteScalarAsync<byte[]>("select token_sha256 from people.sessions");
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)), hash);
    }

    [Fact]
    public async Task The_demo_signs_in_with_one_click_in_the_demo_world_only()
    {
        await using var town = await PeopleServer.StartAsync(new StoaServerOptions { World = World.Town });
        await town.JoinAsync("real.person");
        using var list = await town.Client.GetAsync("/api/demo", Ct);
        var people = (await PeopleServer.ReadAsync(list, 200)).GetProperty("people").EnumerateArray().ToList();
        Assert.Equal(["amelie", "leila", "noa", "piotr", "tomek", "zofia"], people.Select(p => p.GetProperty("handle").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(people, p => Assert.NotEmpty(p.GetProperty("about").GetString()!));

        using var signIn = await town.Client.PostAsJsonAsync("/api/demo/sessions", new { handle = "noa" }, Ct);
        using var me = await town.CallAsync(HttpMethod.Get, "/api/me", (await PeopleServer.ReadAsync(signIn, 201)).GetProperty("token").GetString());
        var noa = await PeopleServer.ReadAsync(me, 200);
        Assert.Equal(("נועה לוי", "he", true), (noa.GetProperty("name").GetString(), noa.GetProperty("locale").GetString(), noa.GetProperty("demo").GetBoolean()));
        using var real = await town.Client.PostAsJsonAsync("/api/demo/sessions", new { handle = "real.person" }, Ct);
        Assert.Equal("demo_person_not_found", await PeopleServer.CodeAsync(real, 404));

        // The same database outside the demo world: its people are there, their door is not.
        await using var empty = await PeopleServer.StartAsync(new StoaServerOptions { Database = town.Database });
        using var noList = await empty.Client.GetAsync("/api/demo", Ct);
        Assert.Equal(404, (int)noList.StatusCode);
        using var noDoor = await empty.Client.PostAsJsonAsync("/api/demo/sessions", new { handle = "noa" }, Ct);
        Assert.Equal(404, (int)noDoor.StatusCode);
    }
}
