using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Stoa.Bots.Tests;

/// <summary>A business's web server with pictures and files: real Kestrel on a free port, counting who asks.</summary>
internal sealed class FileHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> paths = new();
    private readonly ConcurrentDictionary<string, int> asked = new();

    private FileHost(WebApplication app) => this.app = app;

    private Uri Address { get; set; } = new("http://unknown.invalid");

    public static async Task<FileHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var host = new FileHost(builder.Build());
        host.app.Run(context =>
        {
            host.asked.AddOrUpdate(context.Request.Path.Value ?? "", 1, (_, count) => count + 1);
            return host.paths.TryGetValue(context.Request.Path.Value ?? "", out var answer) ? answer(context) : NotFound(context);
        });
        await host.app.StartAsync();
        host.Address = new(host.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return host;
    }

    public string Serve(string path, byte[] content) => Serve(path, context => context.Response.Body.WriteAsync(content).AsTask());

    public string Serve(string path, Func<HttpContext, Task> answer)
    {
        paths[path] = answer;
        return new Uri(Address, path).AbsoluteUri;
    }

    public int Asked(string path) => asked.GetValueOrDefault(path);

    /// <summary>A whole PNG of one colour.</summary>
    public static byte[] Png(int width = 4, int height = 3, byte shade = 0x80)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 0); // Eight bits, grey.
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                zlib.Write([0, .. Enumerable.Repeat(shade, width)]);
            }
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>Eight thousand samples a second of silence.</summary>
    public static byte[] Wav()
    {
        var sound = new byte[44 + 800];
        Encoding.ASCII.GetBytes("RIFF").CopyTo(sound, 0);
        BinaryPrimitives.WriteInt32LittleEndian(sound.AsSpan(4), sound.Length - 8);
        Encoding.ASCII.GetBytes("WAVEfmt ").CopyTo(sound, 8);
        BinaryPrimitives.WriteInt32LittleEndian(sound.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(sound.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(sound.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(sound.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt32LittleEndian(sound.AsSpan(28), 8000);
        BinaryPrimitives.WriteInt16LittleEndian(sound.AsSpan(32), 1);
        BinaryPrimitives.WriteInt16LittleEndian(sound.AsSpan(34), 8);
        Encoding.ASCII.GetBytes("data").CopyTo(sound, 36);
        BinaryPrimitives.WriteInt32LittleEndian(sound.AsSpan(40), 800);
        return sound;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(name).CopyTo(chunk, 4);
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
