using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Threads.Events;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Markers;
using Stoa.Threads.Messages;
using Stoa.Threads.Opening;
using Stoa.Threads.Own;
using Stoa.Threads.Search;

namespace Stoa.Threads.Wire;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenThread.OpenThreadRequest))]
[JsonSerializable(typeof(SendMessage.SendMessageRequest))]
[JsonSerializable(typeof(SendMessage.SentMessage))]
[JsonSerializable(typeof(EditMessage.EditMessageRequest))]
[JsonSerializable(typeof(React.ReactionRequest))]
[JsonSerializable(typeof(Vote.VoteRequest))]
[JsonSerializable(typeof(ForwardMessage.ForwardRequest))]
[JsonSerializable(typeof(SetRetention.RetentionRequest))]
[JsonSerializable(typeof(ListReactions.ReactionsPage))]
[JsonSerializable(typeof(ListVersions.VersionsPage))]
[JsonSerializable(typeof(TraceDelivery.DeliveryTrace))]
[JsonSerializable(typeof(MarkRead.MarkReadRequest))]
[JsonSerializable(typeof(ListThreads.InboxPage))]
[JsonSerializable(typeof(ThreadView))]
[JsonSerializable(typeof(ListEvents.EventsPage))]
[JsonSerializable(typeof(SearchMessages.SearchPage))]
[JsonSerializable(typeof(ChangeSettings.SettingsRequest))]
[JsonSerializable(typeof(ThreadSettings))]
[JsonSerializable(typeof(SaveDraft.DraftRequest))]
[JsonSerializable(typeof(SaveDraft.DraftView))]
[JsonSerializable(typeof(CountTotals.Totals))]
[JsonSerializable(typeof(PrivacyView))]
[JsonSerializable(typeof(ChangePrivacy.PrivacyRequest))]
[JsonSerializable(typeof(ReadPresence.PresencePage))]
[JsonSerializable(typeof(SendFrame))]
[JsonSerializable(typeof(EditFrame))]
[JsonSerializable(typeof(UnsendFrame))]
[JsonSerializable(typeof(ReactFrame))]
[JsonSerializable(typeof(TypingFrame))]
[JsonSerializable(typeof(MarkerFrame))]
[JsonSerializable(typeof(ThreadHappening))]
internal sealed partial class ThreadsJson : JsonSerializerContext;
