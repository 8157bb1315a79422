using System.Globalization;

namespace ActorBroker.Protocol.Generator;

/// <summary>
/// Reads the spec text. A file holds messages; a message is one head line and its fields, children two spaces deeper:
/// <code>
/// # What the API does.
/// request Heartbeat key 12 versions 0-4 flexible 4+
///   GroupId: string
///   InstanceId: string?   3+ default null            # becomes the property's documentation
///   Topics: []TopicData   1+ ignorable
///     Name: string
/// </code>
/// A field is <c>Name: type [versions] [nullable versions] [tag number] [default value] [ignorable]</c>. A question
/// mark makes it nullable, in all its versions unless <c>nullable</c> says in which. A capital letter starts the name
/// of a struct, whose fields follow at its first use; a later use only names it.
/// </summary>
internal sealed class SpecParser
{
    private readonly string[] _lines;
    private int _next;

    private SpecParser(string text) => _lines = text.Split('\n');

    public static List<MessageSpec> Parse(string text)
    {
        var parser = new SpecParser(text);
        var messages = new List<MessageSpec>();
        var comment = "";
        while (parser._next < parser._lines.Length)
        {
            var line = parser._lines[parser._next].TrimEnd();
            if (line.StartsWith("#", StringComparison.Ordinal))
            {
                comment = (comment + " " + line.TrimStart('#').Trim()).Trim();
                parser._next++;
            }
            else if (line.Length == 0)
            {
                parser._next++;
            }
            else
            {
                messages.Add(parser.ParseMessage(line, comment));
            }
        }

        return messages;
    }

    private MessageSpec ParseMessage(string head, string comment)
    {
        var line = _next++;
        var words = Words(head);
        var kind = words[0];
        if (kind is not ("request" or "response" or "data") || words.Length < 2)
        {
            throw new SpecException(line, $"expected 'request', 'response' or 'data' and a name, found '{head}'");
        }

        var suffix = kind == "data" ? "" : char.ToUpperInvariant(kind[0]) + kind.Substring(1);
        var message = new MessageSpec
        {
            Kind = kind,
            Name = words[1],
            Comment = comment,
            Root = new StructSpec(words[1] + suffix),
        };
        ParseHead(message, words, line);
        ParseFields(message, message.Root, indent: 2);
        SpecChecks.Run(message, line);
        return message;
    }

    private static void ParseHead(MessageSpec message, string[] words, int line)
    {
        for (var i = 2; i < words.Length; i += 2)
        {
            var value = i + 1 < words.Length
                ? words[i + 1]
                : throw new SpecException(line, $"'{words[i]}' has no value");
            switch (words[i])
            {
                case "key":
                    message.Key = ParseNumber(value, line);
                    break;
                case "versions":
                    message.Versions = ParseRange(value, line);
                    break;
                case "flexible":
                    message.Flexible = ParseRange(value, line);
                    break;
                default:
                    throw new SpecException(line, $"'{words[i]}' is not one of key, versions, flexible");
            }
        }
    }

    private void ParseFields(MessageSpec message, StructSpec owner, int indent)
    {
        while (_next < _lines.Length)
        {
            var text = _lines[_next].TrimEnd();
            var content = text.TrimStart(' ');
            var depth = text.Length - content.Length;
            if (content.Length == 0 || content[0] == '#')
            {
                if (depth == 0 && content.Length > 0)
                {
                    return;
                }

                _next++;
                continue;
            }

            if (depth < indent)
            {
                return;
            }

            if (depth > indent)
            {
                throw new SpecException(_next, $"the field is indented by {depth} spaces, expected {indent}");
            }

            ParseField(message, owner, content, indent);
        }
    }

    private void ParseField(MessageSpec message, StructSpec owner, string content, int indent)
    {
        var line = _next++;
        var hash = content.IndexOf('#');
        var words = Words(hash < 0 ? content : content.Substring(0, hash));
        if (words.Length < 2 || !words[0].EndsWith(":", StringComparison.Ordinal) || words[0].Length < 2)
        {
            throw new SpecException(line, $"expected 'Name: type', found '{content}'");
        }

        var optional = words[1].EndsWith("?", StringComparison.Ordinal);
        var type = words[1].TrimEnd('?');
        var isArray = type.StartsWith("[]", StringComparison.Ordinal);
        var field = new FieldSpec
        {
            Name = words[0].TrimEnd(':'),
            Type = isArray ? type.Substring(2) : type,
            IsArray = isArray,
            Line = line,
            Comment = hash < 0 ? null : content.Substring(hash + 1).Trim(),
        };
        ParseAttributes(field, words, optional);
        if (owner.Fields.Exists(other => other.Name == field.Name))
        {
            throw new SpecException(line, $"the field '{field.Name}' is there twice");
        }

        owner.Fields.Add(field);
        ResolveType(message, field, indent);
    }

    private static void ParseAttributes(FieldSpec field, string[] words, bool optional)
    {
        string Value(ref int at) =>
            ++at < words.Length ? words[at] : throw new SpecException(field.Line, $"'{words[at - 1]}' has no value");

        VersionRange? nullable = null;
        for (var i = 2; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "nullable":
                    nullable = ParseRange(Value(ref i), field.Line);
                    break;
                case "tag":
                    field.Tag = ParseNumber(Value(ref i), field.Line);
                    break;
                case "default":
                    field.Default = Value(ref i);
                    break;
                case "ignorable":
                    field.Ignorable = true;
                    break;
                default:
                    field.Versions = ParseRange(words[i], field.Line);
                    break;
            }
        }

        if (nullable is not null && !optional)
        {
            throw new SpecException(field.Line, "'nullable' needs a question mark after the type");
        }

        field.Nullable = optional ? nullable ?? field.Versions : VersionRange.None;
    }

    private void ResolveType(MessageSpec message, FieldSpec field, int indent)
    {
        if (WireType.Find(field.Type) is not null)
        {
            return;
        }

        if (!char.IsUpper(field.Type[0]))
        {
            throw new SpecException(field.Line, $"the type '{field.Type}' is unknown");
        }

        field.Struct = message.Structs.Find(other => other.Name == field.Type);
        if (field.Struct is not null)
        {
            return;
        }

        field.Struct = new StructSpec(field.Type);
        message.Structs.Add(field.Struct);
        ParseFields(message, field.Struct, indent + 2);
        if (field.Struct.Fields.Count == 0)
        {
            throw new SpecException(field.Line, $"the struct '{field.Type}' has no fields below its first use");
        }
    }

    private static VersionRange ParseRange(string text, int line) =>
        VersionRange.TryParse(text, out var range)
            ? range
            : throw new SpecException(line, $"'{text}' is no range of versions: write 4, 0-2, 3+ or none");

    private static int ParseNumber(string text, int line) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SpecException(line, $"'{text}' is no number");

    private static string[] Words(string text) => text.Split([' '], StringSplitOptions.RemoveEmptyEntries);
}
