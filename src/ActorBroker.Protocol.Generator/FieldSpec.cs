namespace ActorBroker.Protocol.Generator;

/// <summary>One field of a message or struct, as its spec line says.</summary>
internal sealed class FieldSpec
{
    public required string Name { get; init; }

    /// <summary>The element's type when <see cref="IsArray"/>.</summary>
    public required string Type { get; init; }

    public required bool IsArray { get; init; }

    public required int Line { get; init; }

    public VersionRange Versions { get; set; } = VersionRange.All;

    /// <summary>Versions in which null is allowed.</summary>
    public VersionRange Nullable { get; set; } = VersionRange.None;

    public int? Tag { get; set; }

    public string? Default { get; set; }

    /// <summary>A writer may drop a value that the version does not have.</summary>
    public bool Ignorable { get; set; }

    public string? Comment { get; set; }

    /// <summary>Set where <see cref="Type"/> names a struct.</summary>
    public StructSpec? Struct { get; set; }

    public bool IsNullable => Nullable.Highest >= 0;

    public bool IsErrorCode => Type == "int16" && !IsArray && Name.EndsWith("ErrorCode", StringComparison.Ordinal);

    /// <summary>True for a nullable field that is null unless set: records always, others by their default.</summary>
    public bool IsNullByDefault => Default == "null" || Type == "records";
}
