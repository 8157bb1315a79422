using System.Text.Json;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// Reads settings from a JSON object: <c>{"log.dirs": "./data"}</c>, or nested, where the names are joined with dots:
/// <c>{"log": {"dirs": ["./data"]}}</c>. A list may be an array. Comments and trailing commas are allowed.
/// </summary>
public static class JsonSettings
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    /// <summary>The settings in the text; <paramref name="origin"/> names the file.</summary>
    /// <exception cref="ConfigurationException">The text is no JSON object of settings.</exception>
    public static IReadOnlyList<ConfigInput> Parse(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'), Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ConfigurationException($"{origin}: not a JSON object; write {{\"key\": \"value\"}}");
            }

            var inputs = new List<ConfigInput>();
            Collect(document.RootElement, "", origin, inputs);
            return inputs;
        }
        catch (JsonException problem)
        {
            var line = (problem.LineNumber ?? 0) + 1;
            throw new ConfigurationException($"{origin} line {line}: not JSON; put the syntax right", problem);
        }
    }

    private static void Collect(JsonElement parent, string prefix, string origin, List<ConfigInput> inputs)
    {
        foreach (var property in parent.EnumerateObject())
        {
            var name = prefix + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(property.Value, name + ".", origin, inputs);
            }
            else
            {
                inputs.Add(new ConfigInput(name, Text(property.Value, name, origin), origin));
            }
        }
    }

    private static string Text(JsonElement value, string name, string origin) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array when value.EnumerateArray().All(IsScalar)
            => string.Join(',', value.EnumerateArray().Select(item => Text(item, name, origin))),
        _ => throw new ConfigurationException(
            $"{name} ({origin}): a setting is a string, a number, true, false or an array of strings; "
            + "leave it out for its default"),
    };

    private static bool IsScalar(JsonElement item) => item.ValueKind is JsonValueKind.String or JsonValueKind.Number;
}
