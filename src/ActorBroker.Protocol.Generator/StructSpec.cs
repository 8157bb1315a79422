namespace ActorBroker.Protocol.Generator;

/// <summary>A struct nested in a message; the message itself is the outermost one.</summary>
internal sealed class StructSpec(string name)
{
    /// <summary>The name in the spec.</summary>
    public string Name { get; } = name;

    /// <summary>The name of the C# class, which may not equal a member of the class around it.</summary>
    public string ClassName { get; set; } = name;

    public List<FieldSpec> Fields { get; } = [];

    /// <summary>True when a field of this type is left out by comparing it with its default.</summary>
    public bool NeedsDefaultTest { get; set; }

    /// <summary>A lower bound of the bytes that one value takes on the wire, in any version; at least 1.</summary>
    public int SizeMin(MessageSpec message, VersionRange versions)
    {
        var min = int.MaxValue;
        for (int version = message.Versions.Lowest; version <= message.Versions.Highest; version++)
        {
            if (versions.Contains(version))
            {
                min = Math.Min(min, SizeMin(message, version));
            }
        }

        return Math.Max(1, min == int.MaxValue ? 1 : min);
    }

    private int SizeMin(MessageSpec message, int version)
    {
        var flexible = message.Flexible.Contains(version);
        var size = flexible ? 1 : 0;
        foreach (var field in Fields)
        {
            if (field.Tag is null && field.Versions.Contains(version))
            {
                size += field.IsArray ? WireType.LengthSize(flexible)
                    : field.Struct is null ? WireType.Find(field.Type)!.SizeMin(flexible)
                    : field.Nullable.Contains(version) ? 1
                    : field.Struct.SizeMin(message, version);
            }
        }

        return size;
    }
}
