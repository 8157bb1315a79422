namespace ActorBroker.Protocol.Generator;

/// <summary>Writes <c>ReadFields</c>: the fields in their order, then the section of tagged fields.</summary>
internal static class FieldReadEmitter
{
    public static void EmitReadFields(CodeText code, MessageSpec message, StructSpec item)
    {
        code.Open("private void ReadFields(ref KafkaReader reader, short version)");
        FieldText.DeclareFlexible(code, message, item);
        foreach (var field in item.Fields.Where(field => field.Tag is null))
        {
            if (FieldText.Condition(message, field.Versions) is { } condition)
            {
                code.Open($"if ({condition})");
                EmitRead(code, message, field);
                code.Close().Line();
            }
            else
            {
                EmitRead(code, message, field);
            }
        }

        EmitTags(code, message, item);
        code.Close().Line();
    }

    private static void EmitTags(CodeText code, MessageSpec message, StructSpec item)
    {
        if (!FieldText.OpenTagSection(code, message))
        {
            return;
        }

        var tagged = item.Fields.Where(field => field.Tag is not null).OrderBy(field => field.Tag).ToList();
        if (tagged.Count == 0)
        {
            code.Line("reader.SkipTaggedFields();");
        }
        else
        {
            code.Open("for (var tags = reader.ReadTagCount(); tags > 0 && !reader.Faulted; tags--)")
                .Open("switch (reader.ReadUnsignedVarint())");
            foreach (var field in tagged)
            {
                EmitTag(code, message, field);
            }

            code.Open("default:").Line("reader.SkipTagged();").Line("break;").Close().Close().Close();
        }

        FieldText.CloseTagSection(code, message);
    }

    private static void EmitTag(CodeText code, MessageSpec message, FieldSpec field)
    {
        var condition = FieldText.Condition(message, field.Versions);
        var implied = condition is null || condition == FieldText.Condition(message, message.Flexible);
        code.Open($"case {field.Tag}{(implied ? "" : $" when {condition}")}:")
            .Line("var end = reader.BeginTagged();");
        EmitRead(code, message, field);
        code.Line("reader.EndTagged(end);").Line("break;").Close();
    }

    private static void EmitRead(CodeText code, MessageSpec message, FieldSpec field)
    {
        if (field.IsArray)
        {
            EmitReadArray(code, message, field);
            return;
        }

        var nullable = FieldText.NullAllowed(message, field);
        if (field.Struct is not null)
        {
            var read = $"{FieldText.ElementType(message, field)}.Read(ref reader, version)";
            var absent = field.Tag is null ? "reader.ReadInt8() < 0" : "reader.ReadUnsignedVarint() == 0";
            code.Line(nullable == "false"
                ? $"{field.Name} = {read};"
                : $"{field.Name} = {absent} ? null : {read};");
            return;
        }

        var type = WireType.Find(field.Type)!;
        var cast = field.IsErrorCode ? "(ErrorCode)" : "";
        code.Line($"{field.Name} = {cast}{Choose(nullable, type, FieldText.Flexible(message, field))};");
    }

    private static string Choose(string nullable, WireType type, string flexible)
    {
        if (!type.HasLength)
        {
            return $"reader.Read{type.Method}()";
        }

        var plain = $"reader.Read{type.Method}({flexible})";
        var orNull = $"reader.ReadNullable{type.Method}({flexible})";
        return nullable == "true" ? orNull : nullable == "false" ? plain : $"{nullable} ? {orNull} : {plain}";
    }

    private static void EmitReadArray(CodeText code, MessageSpec message, FieldSpec field)
    {
        var flexible = FieldText.Flexible(message, field);
        var type = field.Struct is null ? WireType.Find(field.Type)! : null;
        var sizeMin = type?.SizeMin(flexible != "false") ?? field.Struct!.SizeMin(message, field.Versions);
        var plain = $"reader.ReadArrayLength({flexible}, {sizeMin})";
        var orNull = $"reader.ReadNullableArrayLength({flexible}, {sizeMin})";
        var nullable = FieldText.NullAllowed(message, field);
        var read = type is null
            ? $"{FieldText.ElementType(message, field)}.Read(ref reader, version)"
            : Choose("false", type, flexible);
        var list = $"List<{FieldText.ElementType(message, field)}>";
        code.Line().Open()
            .Line("var count = " + (nullable == "true" ? orNull : nullable == "false" ? plain
                : $"{nullable} ? {orNull} : {plain}") + ";");
        if (nullable == "false")
        {
            code.Line($"var list = new {list}(KafkaReader.Capacity(count));");
        }
        else
        {
            code.Line($"var list = count < 0 ? null : new {list}(KafkaReader.Capacity(count));");
        }

        code.Open("for (var i = 0; i < count && !reader.Faulted; i++)")
            .Line($"list{(nullable == "false" ? "" : "!")}.Add({read});")
            .Close()
            .Line()
            .Line($"{field.Name} = list;")
            .Close()
            .Line();
    }
}
