using System.Globalization;

namespace ActorBroker.Chaos.Checking;

/// <summary>Which record it is: its producer, and its number there, from 0 on in the order of sending.</summary>
internal readonly record struct RecordId(int Producer, int Number)
{
    /// <summary>What was read is none of the workload's records.</summary>
    public static RecordId Foreign { get; } = new(-1, -1);

    /// <summary>
    /// The record's value: the id, and a filling that makes sizes differ and shows when bytes of a value are not those
    /// that were sent.
    /// </summary>
    public string ToValue()
    {
        var id = ToString();
        return string.Concat(id, "|", new string((char)('a' + (Number % 26)), Number % 200));
    }

    /// <summary>The id of a value; <see cref="Foreign"/> where a single character is not as it was sent.</summary>
    public static RecordId FromValue(string? value)
    {
        var end = value?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        return end > 0 && TryParse(value.AsSpan(0, end)) is { } id && id.ToValue() == value ? id : Foreign;
    }

    /// <summary>The id as <see cref="ToString"/> writes it; <see cref="Foreign"/> for anything else.</summary>
    public static RecordId FromText(string text) => TryParse(text) ?? Foreign;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Producer}:{Number}");

    private static RecordId? TryParse(ReadOnlySpan<char> text)
    {
        var middle = text.IndexOf(':');
        return middle > 0
            && int.TryParse(text[..middle], NumberStyles.None, CultureInfo.InvariantCulture, out var producer)
            && int.TryParse(text[(middle + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new RecordId(producer, number)
            : null;
    }
}
