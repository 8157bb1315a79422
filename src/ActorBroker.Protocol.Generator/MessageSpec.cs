namespace ActorBroker.Protocol.Generator;

/// <summary>One request, response or piece of embedded data.</summary>
internal sealed class MessageSpec
{
    /// <summary><c>request</c>, <c>response</c> or <c>data</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The API's name, or the name of the data.</summary>
    public required string Name { get; init; }

    public int? Key { get; set; }

    public VersionRange Versions { get; set; } = VersionRange.None;

    public VersionRange Flexible { get; set; } = VersionRange.None;

    /// <summary>The comment above the message.</summary>
    public string Comment { get; set; } = "";

    public required StructSpec Root { get; init; }

    /// <summary>Nested structs in the order of their first use.</summary>
    public List<StructSpec> Structs { get; } = [];

    public string ClassName => Root.ClassName;

    public bool IsRequest => Kind == "request";

    public bool IsResponse => Kind == "response";
}
