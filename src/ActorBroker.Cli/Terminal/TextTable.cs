using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace ActorBroker.Cli.Terminal;

/// <summary>
/// Rows for people on a terminal, as plain aligned columns for a pipe, or as JSON, one object a line.
/// </summary>
internal sealed class TextTable(params string[] columns)
{
    private const string Gap = "  ";
    private const string Nothing = "-";

    private readonly List<object?[]> _rows = [];

    /// <summary>Adds a row of texts, numbers, lists of numbers and truth values; null for nothing.</summary>
    public void Add(params object?[] cells) => _rows.Add(cells);

    public void Write(bool asJson)
    {
        if (asJson)
        {
            WriteJson();
        }
        else if (Console.IsOutputRedirected)
        {
            WritePlain();
        }
        else
        {
            WriteRich();
        }
    }

    /// <summary>The rows as a JSON array.</summary>
    public void WriteArray(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var row in _rows)
        {
            WriteObject(json, row);
        }

        json.WriteEndArray();
    }

    private static bool IsNumber(object? cell) => cell is int or long or short;

    private static string Text(object? cell) => cell switch
    {
        null => Nothing,
        bool truth => truth ? "yes" : "no",
        IReadOnlyList<int> numbers => string.Join(',', numbers),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    };

    private void WriteRich()
    {
        var table = new Table { Border = TableBorder.Simple };
        for (var column = 0; column < columns.Length; column++)
        {
            var numbers = _rows.Count > 0 && _rows.TrueForAll(row => row[column] is null || IsNumber(row[column]));
            table.AddColumn(new TableColumn(new Text(columns[column])) { NoWrap = numbers }
                .Alignment(numbers ? Justify.Right : Justify.Left));
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(Text(cell))));
        }

        AnsiConsole.Write(table);
    }

    private void WritePlain()
    {
        var texts = _rows.ConvertAll(row => Array.ConvertAll(row, Text));
        texts.Insert(0, columns);
        var widths = columns.Select((_, column) => texts.Max(row => row[column].Length)).ToArray();
        var output = new StringBuilder();
        foreach (var row in texts)
        {
            var line = string.Join(Gap, row.Select((text, column) => text.PadRight(widths[column])));
            output.Append(line.TrimEnd()).Append('\n');
        }

        Console.Out.Write(output);
    }

    private void WriteJson()
    {
        foreach (var row in _rows)
        {
            JsonLine.Write(json => WriteObject(json, row));
        }
    }

    private void WriteObject(Utf8JsonWriter json, object?[] row)
    {
        json.WriteStartObject();
        for (var column = 0; column < columns.Length; column++)
        {
            json.WritePropertyName(columns[column].Replace(' ', '_'));
            switch (row[column])
            {
                case null:
                    json.WriteNullValue();
                    break;
                case bool truth:
                    json.WriteBooleanValue(truth);
                    break;
                case IReadOnlyList<int> numbers:
                    json.WriteStartArray();
                    numbers.ToList().ForEach(json.WriteNumberValue);
                    json.WriteEndArray();
                    break;
                case var number when IsNumber(number):
                    json.WriteNumberValue(Convert.ToInt64(number, CultureInfo.InvariantCulture));
                    break;
                case var other:
                    json.WriteStringValue(Text(other));
                    break;
            }
        }

        json.WriteEndObject();
    }
}
