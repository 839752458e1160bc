using System.Text.Json.Serialization;

namespace Stoa.Town.BotApi;

/// <summary>What a bot is given once and keeps: whoever has it can act for the page.</summary>
internal sealed record BotCredentials(string PageId, string AppId, string AppSecret, string AccessToken);

/// <summary>What one bot keeps between its runs.</summary>
/// <param name="Port">Where it listened last: taken again if free, so that pictures in old messages keep their address.</param>
internal sealed record BotFile(string VerifyToken, int Port, BotCredentials? Credentials);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BotFile))]
internal sealed partial class BotFileJson : JsonSerializerContext;
