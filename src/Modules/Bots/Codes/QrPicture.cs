using System.Buffers.Binary;
using System.IO.Compression;
using QRCoder;

namespace Stoa.Bots.Codes;

/// <summary>A QR code as a PNG of two colours and exactly so many pixels.</summary>
internal static class QrPicture
{
    private static readonly byte[] signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="size">Width and height in pixels; at least as many as the code has modules.</param>
    public static byte[] Draw(string text, int size)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        // The matrix brings a quiet zone of four modules of its own.
        var modules = code.ModuleMatrix;
        var scale = Math.Max(1, size / modules.Count);
        var margin = Math.Max(0, (size - (scale * modules.Count)) / 2);
        var row = new byte[1 + ((size + 7) / 8)];
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < size; y++)
            {
                Array.Fill(row, (byte)0xFF);
                row[0] = 0; // No filter.
                var line = (y - margin) / scale;
                for (var x = 0; x < size && y >= margin && line < modules.Count; x++)
                {
                    var column = (x - margin) / scale;
                    if (x >= margin && column < modules.Count && modules[line][column])
                    {
                        row[1 + (x / 8)] &= (byte)~(0x80 >> (x % 8));
                    }
                }

                deflate.Write(row);
            }
        }

        using var png = new MemoryStream();
        png.Write(signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], size);
        header[8] = 1; // One bit a pixel, grey.
        header[9..].Clear();
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "IDAT"u8, packed.ToArray());
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void WriteChunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(type, data));
        png.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var part in (ReadOnlySpan<byte[]>)[type.ToArray(), data.ToArray()])
        {
            foreach (var value in part)
            {
                crc ^= value;
                for (var bit = 0; bit < 8; bit++)
                {
                    crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
                }
            }
        }

        return ~crc;
    }
}
