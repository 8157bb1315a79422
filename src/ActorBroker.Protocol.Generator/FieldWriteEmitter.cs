namespace ActorBroker.Protocol.Generator;

/// <summary>Writes <c>WriteFields</c>: the fields in their order, then the section of tagged fields.</summary>
internal static class FieldWriteEmitter
{
    public static void EmitWriteFields(CodeText code, MessageSpec message, StructSpec item)
    {
        var access = item == message.Root ? "private" : "internal";
        code.Open($"{access} void WriteFields(KafkaWriter writer, short version)");
        FieldText.DeclareFlexible(code, message, item);
        foreach (var field in item.Fields.Where(field => field.Tag is null))
        {
            if (FieldText.Condition(message, field.Versions) is { } condition)
            {
                code.Open($"if ({condition})");
                EmitWrite(code, message, field);
                code.Close();
                EmitMissing(code, item, field, "else if (");
                code.Line();
            }
            else
            {
                EmitWrite(code, message, field);
            }
        }

        EmitTags(code, message, item);
        code.Close().Line();
    }

    // A value that the version does not have is a mistake of the caller, unless the spec says that it may get lost.
    private static void EmitMissing(CodeText code, StructSpec item, FieldSpec field, string start)
    {
        if (!field.Ignorable)
        {
            code.Open($"{start}!({FieldText.IsDefault(field)}))")
                .Line($"throw ProtocolException.NotInVersion(\"{item.Name}.{field.Name}\", version);")
                .Close();
        }
    }

    private static void EmitTags(CodeText code, MessageSpec message, StructSpec item)
    {
        var tagged = item.Fields.Where(field => field.Tag is not null).OrderBy(field => field.Tag).ToList();
        foreach (var field in tagged.Where(field => !field.Ignorable))
        {
            if (FieldText.Condition(message, field.Versions) is { } condition)
            {
                EmitMissing(code, item, field, $"if (!({condition}) && ");
                code.Line();
            }
        }

        if (!FieldText.OpenTagSection(code, message))
        {
            return;
        }

        if (tagged.Count == 0)
        {
            code.Line("writer.WriteUnsignedVarint(0);");
        }
        else
        {
            foreach (var field in tagged)
            {
                var condition = FieldText.Condition(message, field.Versions);
                var implied = condition is null || condition == FieldText.Condition(message, message.Flexible);
                var present = implied ? "" : condition + " && ";
                code.Line($"var has{field.Name} = {present}!({FieldText.IsDefault(field)});");
            }

            var count = string.Join(" + ", tagged.Select(field => $"(has{field.Name} ? 1u : 0u)"));
            code.Line($"writer.WriteUnsignedVarint({count});");
            foreach (var field in tagged)
            {
                code.Open($"if (has{field.Name})").Line($"var mark = writer.BeginTagged({field.Tag});");
                EmitWrite(code, message, field);
                code.Line("writer.EndTagged(mark);").Close().Line();
            }
        }

        FieldText.CloseTagSection(code, message);
    }

    private static void EmitWrite(CodeText code, MessageSpec message, FieldSpec field)
    {
        var nullable = FieldText.NullAllowed(message, field);
        if (field.IsNullable && nullable != "true")
        {
            var refused = nullable == "false" ? "" : $"!({nullable}) && ";
            code.Open($"if ({refused}{field.Name} is null)")
                .Line($"throw ProtocolException.NullInVersion(\"{field.Name}\", version);")
                .Close()
                .Line();
        }

        if (field.IsArray)
        {
            EmitWriteArray(code, message, field);
        }
        else if (field.Struct is null)
        {
            EmitWriteValue(code, message, field);
        }
        else if (field is { IsNullable: true, Tag: not null })
        {
            // Null is the default, and a tagged field that has its default is left out.
            code.Line("writer.WriteUnsignedVarint(1);").Line($"{field.Name}!.WriteFields(writer, version);");
        }
        else if (field.IsNullable)
        {
            code.Line($"writer.WriteInt8({field.Name} is null ? (sbyte)-1 : (sbyte)1);")
                .Line($"{field.Name}?.WriteFields(writer, version);");
        }
        else
        {
            code.Line($"{field.Name}.WriteFields(writer, version);");
        }
    }

    private static void EmitWriteValue(CodeText code, MessageSpec message, FieldSpec field)
    {
        var type = WireType.Find(field.Type)!;
        var nullable = field.IsNullable ? "Nullable" : "";
        var value = field.IsErrorCode ? "(short)" + field.Name
            : type.Method == "Bytes" && !field.IsNullable ? field.Name + ".Span"
            : field.Name;
        var flexible = type.HasLength ? ", " + FieldText.Flexible(message, field) : "";
        code.Line($"writer.Write{nullable}{type.Method}({value}{flexible});");
    }

    private static void EmitWriteArray(CodeText code, MessageSpec message, FieldSpec field)
    {
        var flexible = FieldText.Flexible(message, field);
        var count = field.IsNullable ? "?.Count ?? -1" : ".Count";
        code.Line($"writer.WriteArrayLength({field.Name}{count}, {flexible});");
        if (field.IsNullable)
        {
            code.Open($"if ({field.Name} is not null)");
        }

        code.Open($"foreach (var item in {field.Name})");
        if (field.Struct is not null)
        {
            code.Line("item.WriteFields(writer, version);");
        }
        else
        {
            var type = WireType.Find(field.Type)!;
            var value = type.Method == "Bytes" ? "item.Span" : "item";
            code.Line($"writer.Write{type.Method}({value}{(type.HasLength ? ", " + flexible : "")});");
        }

        code.Close();
        if (field.IsNullable)
        {
            code.Close();
        }

        code.Line();
    }
}
