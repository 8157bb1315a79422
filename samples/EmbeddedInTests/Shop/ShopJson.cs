using System.Text.Json.Serialization;

namespace Shop;

/// <summary>Makes the JSON code at compile time.</summary>
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Invoice))]
public sealed partial class ShopJson : JsonSerializerContext;
