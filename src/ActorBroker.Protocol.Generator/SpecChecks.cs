namespace ActorBroker.Protocol.Generator;

/// <summary>What must hold of a whole message before code is made from it; and the names of its classes.</summary>
internal static class SpecChecks
{
    public static void Run(MessageSpec message, int line)
    {
        if (message.Versions.Highest < 0 || message.Versions.Highest == short.MaxValue)
        {
            throw new SpecException(line, "a message needs 'versions' with a first and a last one");
        }

        if (message.Kind != "data" && message.Key is null)
        {
            throw new SpecException(line, "a request or response needs its 'key'");
        }

        CheckFields(message, message.Root);
        foreach (var item in message.Structs)
        {
            CheckFields(message, item);
            NameClass(message, item);
        }
    }

    private static void CheckFields(MessageSpec message, StructSpec owner)
    {
        var tags = owner.Fields.FindAll(field => field.Tag is not null);
        for (var i = 0; i < tags.Count; i++)
        {
            if (tags.FindIndex(other => other.Tag == tags[i].Tag) != i)
            {
                throw new SpecException(tags[i].Line, $"tag {tags[i].Tag} is there twice");
            }

            if (tags[i].Versions.Lowest < message.Flexible.Lowest)
            {
                throw new SpecException(tags[i].Line, "a tagged field needs flexible versions");
            }
        }

        foreach (var field in owner.Fields)
        {
            CheckField(field);
        }
    }

    private static void CheckField(FieldSpec field)
    {
        var type = field.Struct is null ? WireType.Find(field.Type) : null;
        if (field.IsNullable && !field.IsArray && type is { HasLength: false })
        {
            throw new SpecException(field.Line, $"a field of type {field.Type} cannot be null");
        }

        if (field is { IsNullable: true, IsArray: false, Struct: not null } && field.Default != "null")
        {
            throw new SpecException(field.Line, "the default of a nullable struct is null");
        }

        if (field.Default == "null" && !field.IsNullable)
        {
            throw new SpecException(field.Line, "the default is null, and the field is not nullable");
        }

        if (field.Default is { } value && value != "null" && (field.IsArray || type is null || !IsLiteral(type, value)))
        {
            throw new SpecException(field.Line, $"'{value}' is no default for {field.Type}");
        }

        if (field.Struct is not null && !field.IsArray && !field.IsNullable)
        {
            MarkDefaultTest(field.Struct);
        }
    }

    private static bool IsLiteral(WireType type, string value) =>
        type.Name == "bool" ? value is "true" or "false"
        : type.Name is "int8" or "int16" or "uint16" or "int32" or "int64" && long.TryParse(value, out _);

    private static void MarkDefaultTest(StructSpec item)
    {
        item.NeedsDefaultTest = true;
        foreach (var field in item.Fields)
        {
            if (field.Struct is not null && !field.IsArray && !field.IsNullable)
            {
                MarkDefaultTest(field.Struct);
            }
        }
    }

    // C# forbids a nested class the name of another member of the class around it, and a member the name of its own
    // class. The property keeps the name of the wire; the class gets the suffix Data.
    private static void NameClass(MessageSpec message, StructSpec item)
    {
        if (message.Root.Fields.Exists(field => field.Name == item.Name) ||
            item.Fields.Exists(field => field.Name == item.Name))
        {
            item.ClassName = item.Name + "Data";
        }
    }
}
