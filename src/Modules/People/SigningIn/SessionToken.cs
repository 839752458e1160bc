using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.SignIn;

namespace Stoa.People.SigningIn;

/// <summary>The answer to a sign-in.</summary>
/// <param name="Token">To send as <c>Authorization: Bearer</c>; null when it went into the cookie.</param>
internal sealed record SessionToken([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Token)
{
    /// <summary>Puts the token where the client wants it: into the answer, or into a cookie that no script can read.</summary>
    public static SessionToken Hand(HttpContext context, string token, bool cookie, int days)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!cookie)
        {
            return new(token);
        }

        context.Response.Cookies.Append(StoaSignIn.CookieName, token, Cookie(TimeSpan.FromDays(days)));
        return new((string?)null);
    }

    public static void Take(HttpContext context) => context.Response.Cookies.Append(StoaSignIn.CookieName, "", Cookie(TimeSpan.Zero));

    // Secure also over plain http: browsers allow it on localhost, and elsewhere plain http must not carry it.
    private static CookieOptions Cookie(TimeSpan maxAge) =>
        new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = maxAge, IsEssential = true };
}
