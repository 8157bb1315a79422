using System.Text.Json.Serialization;

namespace ActorBroker.Client.Hosting.Tests;

internal sealed record Order(string Item, int Count);

/// <summary>Its own options count: names are written in camel case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Order))]
internal sealed partial class ShopJson : JsonSerializerContext;
