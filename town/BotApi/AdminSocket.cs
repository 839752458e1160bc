using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Town.BotApi;

/// <summary>The operator's door of the server: HTTP over a Unix socket. Used once, to register the airline as an operator would.</summary>
internal static class AdminSocket
{
    /// <param name="webhook">Already listening: the server shakes hands with it before it answers.</param>
    /// <exception cref="HttpRequestException">The server is not there or refused; the message says why.</exception>
    public static async Task<BotCredentials> CreateBotAsync(string socket, string webhook, string verifyToken, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        })
        { Timeout = TimeSpan.FromSeconds(30) };
        var request = new JsonObject
        {
            ["name"] = Airline.Profile.Name,
            ["username"] = Airline.Profile.Username,
            ["webhook"] = webhook,
            ["verifyToken"] = verifyToken,
            ["category"] = Airline.Profile.Category,
            ["about"] = Airline.Profile.About,
            ["color"] = Airline.Profile.Color,
            ["verified"] = true,
            ["developer"] = Airline.Profile.Developer,
        };
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("http://localhost/admin/bots"), content, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"Creating the page @{Airline.Profile.Username} through {socket} failed with {(int)response.StatusCode}: {text}", null, response.StatusCode);
        }
        using var answer = JsonDocument.Parse(text);
        string Member(string name) => answer.RootElement.GetProperty(name).ToString();
        return new BotCredentials(Member("pageId"), Member("appId"), Member("appSecret"), Member("accessToken"));
    }
}
