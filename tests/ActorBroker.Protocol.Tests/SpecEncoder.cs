using System.Text;
using ActorBroker.Protocol.Generator;

namespace ActorBroker.Protocol.Tests;

/// <summary>
/// Writes random bodies straight from the specs, field by field, with a wire format of its own: a second opinion on
/// the generated codecs. The same seed gives the same bytes.
/// </summary>
internal sealed class SpecEncoder(MessageSpec message, short version, int seed)
{
    private static readonly Dictionary<string, MessageSpec> Specs = Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "Specs"), "*.spec")
        .SelectMany(file => SpecParser.Parse(File.ReadAllText(file)))
        .ToDictionary(spec => spec.ClassName);

    private readonly Random _random = new(seed);
    private readonly bool _flexible = message.Flexible.Contains(version);

    public static IReadOnlyCollection<string> Names => Specs.Keys;

    public static MessageSpec Spec(string name) => Specs[name];

    public static byte[] Encode(string name, short version, int seed)
    {
        var message = Specs[name];
        var bytes = new List<byte>();
        new SpecEncoder(message, version, seed).Fields(bytes, message.Root);
        return [.. bytes];
    }

    private void Fields(List<byte> to, StructSpec item)
    {
        var present = item.Fields.FindAll(field => field.Versions.Contains(version));
        foreach (var field in present.Where(field => field.Tag is null))
        {
            Field(to, field, mayBeDefault: true);
        }

        if (!_flexible)
        {
            return;
        }

        var tagged = present.FindAll(field => field.Tag is not null && _random.Next(2) == 0);
        Varint(to, (uint)tagged.Count);
        foreach (var field in tagged.OrderBy(field => field.Tag))
        {
            var value = new List<byte>();
            Field(value, field, mayBeDefault: false);
            Varint(to, (uint)field.Tag!);
            Varint(to, (uint)value.Count);
            to.AddRange(value);
        }
    }

    private void Field(List<byte> to, FieldSpec field, bool mayBeDefault)
    {
        if (mayBeDefault && field.Nullable.Contains(version) && _random.Next(4) == 0)
        {
            Null(to, field);
        }
        else if (field.IsArray)
        {
            var count = _random.Next(mayBeDefault ? 0 : 1, 4);
            Length(to, count, classicSize: 4);
            for (var i = 0; i < count; i++)
            {
                Element(to, field, mayBeDefault: true);
            }
        }
        else
        {
            if (field.Struct is not null && field.Nullable.Contains(version))
            {
                to.Add(1);
            }

            Element(to, field, mayBeDefault);
        }
    }

    private void Null(List<byte> to, FieldSpec field)
    {
        if (field.Struct is not null && !field.IsArray)
        {
            to.Add(0xff);
        }
        else
        {
            Length(to, -1, field.Type == "string" && !field.IsArray ? 2 : 4);
        }
    }

    private void Element(List<byte> to, FieldSpec field, bool mayBeDefault)
    {
        switch (field.Type)
        {
            case "bool":
                to.Add((byte)(mayBeDefault ? _random.Next(2) : field.Default == "true" ? 0 : 1));
                break;
            case "int8":
                Number(to, 1);
                break;
            case "int16" or "uint16":
                Number(to, 2);
                break;
            case "int32":
                Number(to, 4);
                break;
            case "int64" or "float64":
                Number(to, 8);
                break;
            case "uuid":
                Number(to, 16);
                break;
            case "string":
                Text(to, mayBeDefault);
                break;
            case "bytes" or "records":
                var size = _random.Next(mayBeDefault ? 0 : 1, 200);
                Length(to, size, classicSize: 4);
                Number(to, size);
                break;
            default:
                Fields(to, field.Struct!);
                break;
        }
    }

    private void Text(List<byte> to, bool mayBeDefault)
    {
        var repeats = _random.Next(mayBeDefault ? 0 : 1, 30);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("aé漢", repeats)));
        Length(to, text.Length, classicSize: 2);
        to.AddRange(text);
    }

    // The first byte stands between 1 and 63, so that a number is positive and no field's default by accident.
    private void Number(List<byte> to, int size)
    {
        for (var i = 0; i < size; i++)
        {
            to.Add((byte)(i == 0 ? _random.Next(17, 64) : _random.Next(256)));
        }
    }

    private void Length(List<byte> to, int length, int classicSize)
    {
        if (_flexible)
        {
            Varint(to, (uint)(length + 1));
            return;
        }

        for (var shift = (classicSize - 1) * 8; shift >= 0; shift -= 8)
        {
            to.Add((byte)(length >> shift));
        }
    }

    private static void Varint(List<byte> to, uint value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            to.Add((byte)(value & 0x7f | 0x80));
        }

        to.Add((byte)value);
    }
}
