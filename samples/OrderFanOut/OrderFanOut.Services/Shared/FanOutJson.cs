using System.Text.Json.Serialization;

namespace OrderFanOut.Services;

/// <summary>Makes the JSON code at compile time: of the records on the wire, and of what the page asks for.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderStep))]
[JsonSerializable(typeof(BoardView))]
public sealed partial class FanOutJson : JsonSerializerContext;
