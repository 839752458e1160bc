namespace Stoa.Media.Checks;

/// <summary>WAV: format and samples; names, dates and places of recording are left out.</summary>
internal static class Wav
{
    private static readonly int[] formats = [1, 3, 6, 7, 0xFFFE]; // PCM, floating point, A-law, µ-law, and PCM with more to say

    public static bool Is(Content content) => content.Has(0, "RIFF"u8) && content.Has(8, "WAVE"u8);

    public static CheckedContent Check(Content content)
    {
        var end = Math.Min(content.Length, 8 + (long)content.U32Little(4));
        var (parts, position, bytesPerSecond, samples) = (new Pieces(), 12L, 0L, 0L);
        while (position + 8 <= end && samples == 0)
        {
            // A recorder that was cut off leaves the last length too large: then it ends where the file does.
            var (type, announced) = (Fourcc.Read(content, position), (long)content.U32Little(position + 4));
            var chunk = type == "data" && announced > end - position - 8
                ? new Chunk(type, position, position + 8, end - position - 8, end)
                : Chunk.Read(content, position, end);
            position = chunk.Next;
            switch (chunk.Type)
            {
                case "fmt ":
                    ContentRefusedException.Unless(bytesPerSecond == 0 && chunk.Length is >= 16 and <= 64 && formats.Contains(content.U16Little(chunk.Data)), "The WAV's format is not known.");
                    bytesPerSecond = content.U32Little(chunk.Data + 8);
                    chunk.CopyTo(content, parts);
                    break;
                case "fact":
                    ContentRefusedException.Unless(chunk.Length <= 64, "The WAV is wrong.");
                    chunk.CopyTo(content, parts);
                    break;
                case "data":
                    ContentRefusedException.Unless(bytesPerSecond > 0 && chunk.Length > 0, "The WAV has no format or no sound.");
                    samples = chunk.Length;
                    parts.Write([.. "data"u8, .. Riff.Little((uint)chunk.Length)]);
                    parts.Copy(chunk.Data, chunk.Length);
                    if ((chunk.Length & 1) != 0)
                    {
                        parts.Write(0);
                    }

                    break;
                default:
                    break;
            }
        }

        ContentRefusedException.Unless(samples > 0, "The WAV has no sound.");
        return CheckedContent.Audio("audio/wav", Riff.Wrap("WAVE"u8, parts), samples * 1000.0 / bytesPerSecond);
    }
}
