using System.Text.Json;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary>What a person's devices are told of what is this person's own (docs/protocol/live.md).</summary>
internal static class OwnFrames
{
    public static ReadOnlyMemory<byte> Settings(ThreadId thread, ThreadSettings settings) =>
        Own(thread, "settings", JsonSerializer.SerializeToUtf8Bytes(settings, ThreadsJson.Default.ThreadSettings));

    public static ReadOnlyMemory<byte> Draft(ThreadId thread, RawJson draft) => Own(thread, "draft", draft.Utf8);

    /// <summary>The person is no member any more, or the thread is gone from their list.</summary>
    public static ReadOnlyMemory<byte> Left(ThreadId thread) => LiveFrames.Write(thread, static (json, thread) =>
    {
        json.WriteString("op"u8, "left"u8);
        json.WriteString("thread"u8, thread.ToString());
    });

    private static ReadOnlyMemory<byte> Own(ThreadId thread, string name, ReadOnlyMemory<byte> value) => LiveFrames.Write((thread, name, value), static (json, own) =>
    {
        json.WriteString("op"u8, "own"u8);
        json.WriteString("thread"u8, own.thread.ToString());
        json.WritePropertyName(own.name);
        json.WriteRawValue(own.value.Span, skipInputValidation: true);
    });
}
