using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Stoa.Hosting.SignIn;

/// <summary>Marks the listener at which the operator speaks: who may open that file is the operator.</summary>
public static class AdminSocket
{
    /// <summary>Put on the one endpoint made for operators: <c>kestrel.ListenUnixSocket(path, listen => listen.UseAdminSocket())</c>.</summary>
    public static ListenOptions UseAdminSocket(this ListenOptions listen)
    {
        listen.Use(next => connection =>
        {
            connection.Features.Set(Mark.Instance);
            return next(connection);
        });
        return listen;
    }

    /// <summary>A mark of the connection, not of the request: no header can claim it.</summary>
    internal static bool IsAdminSocket(this HttpContext context) => context.Features.Get<Mark>() is not null;

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
