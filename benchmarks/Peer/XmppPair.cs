using System.Net;
using System.Net.Sockets;
using System.Text;
using Stoa.Bench.Load;

namespace Stoa.Bench.Peer;

/// <summary>Two people connected to an XMPP server, as far as one-to-one messages need it (RFC 6120, RFC 6121).</summary>
internal sealed class XmppPair : DeliveryPair
{
    private const string Header = "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    private static readonly string text = new('x', 200);

    private readonly string recipientName;
    private readonly Socket sender;
    private readonly Socket recipient;
    private readonly byte[] received = new byte[8192];
    private int length;

    private XmppPair(string recipientName, Socket sender, Socket recipient)
    {
        (this.recipientName, this.sender, this.recipient) = (recipientName, sender, recipient);
        _ = ReadAsync(ReadMessageAsync);
        // What the server tells the sender is read and of no interest.
        var nothing = new byte[1024];
        _ = ReadAsync(async () => await sender.ReceiveAsync(nothing) > 0 ? false : throw new IOException("The peer has cut the connection."));
    }

    /// <summary>Signs both in; each name is its own password.</summary>
    public static async Task<DeliveryPair> ConnectAsync(IPEndPoint to, string senderName, string recipientName, CancellationToken cancellationToken)
    {
        var recipient = await SignInAsync(to, recipientName, cancellationToken);
        return new XmppPair(recipientName, await SignInAsync(to, senderName, cancellationToken), recipient);
    }

    public override void Dispose()
    {
        sender.Dispose();
        recipient.Dispose();
    }

    protected override async ValueTask SendAsync(CancellationToken cancellationToken) => await sender.SendAsync(
        Encoding.ASCII.GetBytes($"<message to='{recipientName}@localhost' type='chat' id='{Guid.NewGuid()}'><body>{text}</body></message>"), cancellationToken);

    private static async Task<Socket> SignInAsync(IPEndPoint to, string name, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            await AskAsync(socket, Header, "</stream:features>", cancellationToken);
            await AskAsync(socket, $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{name}\0{name}"))}</auth>", "<success", cancellationToken);
            await AskAsync(socket, Header, "</stream:features>", cancellationToken);
            await AskAsync(socket, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>", cancellationToken);
            // From here on messages to the bare name come to this device.
            await AskAsync(socket, "<presence/>", "<presence", cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task AskAsync(Socket socket, string stanza, string until, CancellationToken cancellationToken)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(stanza), cancellationToken);
        var buffer = new byte[4096];
        var answer = new StringBuilder();
        while (!answer.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            answer.Append(read > 0 ? Encoding.UTF8.GetString(buffer, 0, read) : throw new IOException($"The peer has cut the connection after '{answer}'."));
            if (answer.ToString().Contains("<failure", StringComparison.Ordinal))
            {
                throw new IOException($"The peer refused: {answer}");
            }
        }
    }

    private async ValueTask<bool> ReadMessageAsync()
    {
        var read = await recipient.ReceiveAsync(received.AsMemory(length));
        length += read > 0 ? read : throw new IOException("The peer has cut the connection.");
        // One message at a time is under way, so its end is the end of what has come.
        if (received.AsSpan(0, length).IndexOf("</message>"u8) >= 0)
        {
            length = 0;
            return true;
        }

        return length < received.Length ? false : throw new IOException("The peer sent something longer than a message.");
    }
}
