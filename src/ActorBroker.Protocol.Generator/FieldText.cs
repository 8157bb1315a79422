namespace ActorBroker.Protocol.Generator;

/// <summary>The C# expressions that reading and writing a field have in common.</summary>
internal static class FieldText
{
    public static string ElementType(MessageSpec message, FieldSpec field) =>
        field.Struct is not null ? message.ClassName + "." + field.Struct.ClassName
        : field.IsErrorCode ? "ErrorCode"
        : WireType.Find(field.Type)!.CSharp;

    public static string PropertyType(MessageSpec message, FieldSpec field)
    {
        var type = ElementType(message, field);
        return (field.IsArray ? $"List<{type}>" : type) + (field.IsNullable ? "?" : "");
    }

    public static string Initializer(MessageSpec message, FieldSpec field) =>
        field.IsNullable && field.IsNullByDefault ? ""
        : field.IsArray ? " = [];"
        : field.Struct is not null ? $" = new {ElementType(message, field)}();"
        : field.Type == "string" ? " = \"\";"
        : field.Type is "bytes" or "records" ? (field.IsNullable ? " = ReadOnlyMemory<byte>.Empty;" : "")
        : field.Default is null ? ""
        : $" = {field.Default};";

    /// <summary>An expression that is true when the field has its default.</summary>
    public static string IsDefault(FieldSpec field) =>
        field.IsNullable && field.IsNullByDefault ? $"{field.Name} is null"
        : field.IsArray ? $"{field.Name} is {{ Count: 0 }}"
        : field.Struct is not null ? $"{field.Name}.IsDefault"
        : field.Type switch
        {
            "string" => $"{field.Name} is \"\"",
            "bytes" or "records" => $"{field.Name} is {{ IsEmpty: true }}",
            "bool" => field.Default == "true" ? field.Name : $"!{field.Name}",
            "uuid" => $"{field.Name} == Guid.Empty",
            _ when field.IsErrorCode => $"(short){field.Name} == {field.Default ?? "0"}",
            _ => $"{field.Name} == {field.Default ?? "0"}",
        };

    /// <summary>The test that a version has what the range says; null when all versions have it.</summary>
    public static string? Condition(MessageSpec message, VersionRange range)
    {
        var low = range.Lowest > message.Versions.Lowest ? $"version >= {range.Lowest}" : null;
        var high = range.Highest < message.Versions.Highest ? $"version <= {range.Highest}" : null;
        return range.Highest < message.Versions.Lowest || range.Lowest > message.Versions.Highest ? "false"
            : low is null ? high
            : high is null ? low
            : range.Lowest == range.Highest ? $"version == {range.Lowest}"
            : $"version is >= {range.Lowest} and <= {range.Highest}";
    }

    /// <summary>Says of a present field whether null is allowed: "true", "false" or a test of the version.</summary>
    public static string NullAllowed(MessageSpec message, FieldSpec field)
    {
        for (int version = message.Versions.Lowest; version <= message.Versions.Highest; version++)
        {
            if (field.Versions.Contains(version) && !field.Nullable.Contains(version))
            {
                return field.IsNullable ? Condition(message, field.Nullable) ?? "true" : "false";
            }
        }

        return field.IsNullable ? "true" : "false";
    }

    /// <summary>The argument that says whether lengths are compact; in a tagged field they always are.</summary>
    public static string Flexible(MessageSpec message, FieldSpec field) =>
        field.Tag is not null ? "true" : Condition(message, message.Flexible) is null ? "true"
        : message.Flexible.Lowest > message.Versions.Highest ? "false"
        : "flexible";

    /// <summary>Declares the local that <see cref="Flexible"/> names, where one is needed.</summary>
    public static void DeclareFlexible(CodeText code, MessageSpec message, StructSpec item)
    {
        var needed = item.Fields.Exists(field => Flexible(message, field) == "flexible" &&
            (field.IsArray || (field.Struct is null && WireType.Find(field.Type)!.HasLength)));
        if (needed)
        {
            code.Line($"var flexible = version >= {message.Flexible.Lowest};");
        }
    }

    /// <summary>Opens a block for the versions that end with tagged fields; false when none does.</summary>
    public static bool OpenTagSection(CodeText code, MessageSpec message)
    {
        var condition = Condition(message, message.Flexible);
        if (condition == "false")
        {
            return false;
        }

        if (condition is null)
        {
            return true;
        }

        code.Open($"if ({condition})");
        return true;
    }

    public static void CloseTagSection(CodeText code, MessageSpec message)
    {
        if (Condition(message, message.Flexible) is not null)
        {
            code.Close();
        }
    }
}
