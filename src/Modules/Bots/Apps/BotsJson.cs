using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Bots.AccountLinking;
using Stoa.Bots.Acts;
using Stoa.Bots.Console;
using Stoa.Bots.Pages;

namespace Stoa.Bots.Apps;

/// <summary>The bodies of our own API; strict.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 32)]
[JsonSerializable(typeof(CreateBot.CreateBotRequest))]
[JsonSerializable(typeof(CreatedBot))]
[JsonSerializable(typeof(PageView))]
[JsonSerializable(typeof(LinkAccounts.Begun))]
[JsonSerializable(typeof(ReadPages.FoundPages))]
[JsonSerializable(typeof(CreateOwnBot.NewBot))]
[JsonSerializable(typeof(ReadBots.BotList))]
[JsonSerializable(typeof(BotView))]
[JsonSerializable(typeof(ChangeBot.BotChange))]
[JsonSerializable(typeof(ConnectWebhook.WebhookChange))]
[JsonSerializable(typeof(ManageTokens.NewToken))]
[JsonSerializable(typeof(ManageTokens.MadeToken))]
[JsonSerializable(typeof(ReadDeliveries.DeliveryPage))]
[JsonSerializable(typeof(DeliveryDetail))]
[JsonSerializable(typeof(ReadActivity.Activity))]
[JsonSerializable(typeof(ResendDeliveries.ResendRequest))]
[JsonSerializable(typeof(ResendDeliveries.Resent))]
[JsonSerializable(typeof(ComeByLink.Request), TypeInfoPropertyName = "ComeByLinkRequest")]
[JsonSerializable(typeof(AnswerForm.Request), TypeInfoPropertyName = "AnswerFormRequest")]
[JsonSerializable(typeof(AnswerForm.Form))]
internal sealed partial class BotsJson : JsonSerializerContext;
