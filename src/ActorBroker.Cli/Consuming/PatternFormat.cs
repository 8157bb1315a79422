using System.Buffers;
using System.Globalization;
using System.Text;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>
/// Records by a pattern of text and fields: <c>%s</c> value, <c>%k</c> key, <c>%o</c> offset, <c>%p</c> partition,
/// <c>%t</c> topic, <c>%T</c> Unix milliseconds, <c>%D</c> the time in UTC, <c>%h</c> headers, <c>%S</c> and <c>%K</c>
/// the sizes of value and key (-1 for none), <c>%%</c> a percent sign.
/// </summary>
internal sealed class PatternFormat : IRecordFormat
{
    public const string Fields = "%s value, %k key, %o offset, %p partition, %t topic, %T Unix ms, %D time, " +
        "%h headers, %S and %K sizes, %%";

    private readonly List<(byte[] Text, char Field)> _parts = [];
    private readonly byte[] _topic;
    private readonly byte[] _null;

    /// <exception cref="FormatException">The pattern has an unknown field.</exception>
    public PatternFormat(string pattern, string topic, byte[] nullValue)
    {
        _topic = Encoding.UTF8.GetBytes(topic);
        _null = nullValue;
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%')
            {
                text.Append(pattern[i]);
                continue;
            }

            var field = ++i < pattern.Length ? pattern[i] : ' ';
            if (!"skoptTDhSK%".Contains(field, StringComparison.Ordinal))
            {
                throw new FormatException($"'%{field}' is no field; what is: {Fields}.");
            }

            _parts.Add((Encoding.UTF8.GetBytes(text.ToString()), field));
            text.Clear();
        }

        _parts.Add((Encoding.UTF8.GetBytes(text.ToString()), '\0'));
    }

    public void Write(in ConsumedRecord record, IBufferWriter<byte> output)
    {
        foreach (var (text, field) in _parts)
        {
            output.Write(text);
            WriteField(field, record, output);
        }
    }

    private static void WriteNumber(long number, IBufferWriter<byte> output)
    {
        const int DigitsMax = 20;
        number.TryFormat(output.GetSpan(DigitsMax), out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void WriteField(char field, in ConsumedRecord record, IBufferWriter<byte> output)
    {
        switch (field)
        {
            case 's':
                output.Write(record.Value is { } value ? value.Span : _null);
                break;
            case 'k':
                output.Write(record.Key is { } key ? key.Span : _null);
                break;
            case 'o':
                WriteNumber(record.Offset, output);
                break;
            case 'p':
                WriteNumber(record.Partition, output);
                break;
            case 't':
                output.Write(_topic);
                break;
            case 'T':
                WriteNumber(record.TimestampMs, output);
                break;
            case 'D':
                output.Write(Encoding.ASCII.GetBytes(Commands.Times.Text(record.TimestampMs) ?? "-"));
                break;
            case 'h':
                WriteHeaders(record, output);
                break;
            case 'S':
                WriteNumber(record.Value?.Length ?? -1, output);
                break;
            case 'K':
                WriteNumber(record.Key?.Length ?? -1, output);
                break;
            case '%':
                output.Write("%"u8);
                break;
            default:
                break;
        }
    }

    private void WriteHeaders(in ConsumedRecord record, IBufferWriter<byte> output)
    {
        var isFirst = true;
        foreach (var header in record.GetHeaders())
        {
            output.Write(isFirst ? ""u8 : ","u8);
            output.Write(Encoding.UTF8.GetBytes(header.Key));
            output.Write("="u8);
            output.Write(header.Value is { } value ? value.Span : _null);
            isFirst = false;
        }
    }
}
