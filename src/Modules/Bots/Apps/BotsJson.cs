using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Bots.AccountLinking;
using Stoa.Bots.Pages;

namespace Stoa.Bots.Apps;

/// <summary>The bodies of our own API; strict.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 32)]
[JsonSerializable(typeof(CreateBot.CreateBotRequest))]
[JsonSerializable(typeof(CreateBot.CreatedBot))]
[JsonSerializable(typeof(PageView))]
[JsonSerializable(typeof(LinkAccounts.Begun))]
[JsonSerializable(typeof(ReadPages.FoundPages))]
internal sealed partial class BotsJson : JsonSerializerContext;
