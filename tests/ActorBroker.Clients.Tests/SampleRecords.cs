using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ActorBroker.Clients.Tests;

/// <summary>
/// The records that every client writes and reads: with and without key, value and headers, at chosen times, and one of
/// 900 KB that no codec makes smaller.
/// </summary>
internal sealed class SampleRecords
{
    /// <summary>The first record's time; each later one is a second younger.</summary>
    public const long FirstTimestampMs = 1_700_000_000_000;

    private const int BigBytes = 900 * 1000;

    private readonly List<Sample> _samples = [];

    public SampleRecords()
    {
        Add("key-1", "value 1"u8.ToArray(), ("trace", "abc"), ("trace", "def"), ("kind", "x"));
        Add(null, "no key, nor headers"u8.ToArray());
        Add("deleted", null);
        Add("grün", Encoding.UTF8.GetBytes("ümläut, \n a second line, and \0 a zero"), ("näme", "wört"));
        Add("big", Big());
        Add("last", "the last one"u8.ToArray());
    }

    public int Count => _samples.Count;

    /// <summary>A time between the second and the third record, and the offset that it finds.</summary>
    public static (long TimestampMs, long Offset) Between => (FirstTimestampMs + 1500, 2);

    /// <summary>The records as a script takes them.</summary>
    public JsonArray ToRequest() =>
        [.. _samples.Select(sample => (JsonNode)new JsonObject
        {
            ["key"] = Text(sample.Key),
            ["value"] = Text(sample.Value),
            ["headers"] = Headers(sample),
            ["timestamp"] = sample.TimestampMs,
        })];

    /// <summary>Asserts that the records which a client read are these, from offset 0 on.</summary>
    public void AssertSame(JsonArray records, bool sameTimes, string what)
    {
        Assert.True(records.Count == Count, $"{what}: {records.Count} records instead of {Count}");
        for (var i = 0; i < Count; i++)
        {
            var (sample, record) = (_samples[i], records[i]!);
            var which = $"{what}, record {i}";
            Assert.True((long)record["offset"]! == i, $"{which}: offset {record["offset"]}");
            Assert.True((string?)record["key"] == Text(sample.Key), $"{which}: key {record["key"]}");
            Assert.True(
                JsonNode.DeepEquals(record["headers"], Headers(sample)),
                $"{which}: headers {record["headers"]?.ToJsonString()}");
            Assert.True(
                !sameTimes || (long)record["timestamp"]! == sample.TimestampMs, $"{which}: {record["timestamp"]}");
            AssertSameValue(sample.Value, record["value"], which);
        }
    }

    private static void AssertSameValue(byte[]? expected, JsonNode? value, string which)
    {
        if (expected is null)
        {
            Assert.True(value is null, $"{which}: the value is not null");
            return;
        }

        Assert.True(value is not null, $"{which}: the value is null");
        Assert.True((int)value["length"]! == expected.Length, $"{which}: {value["length"]} bytes");
        Assert.True(
            (string)value["sha256"]! == Convert.ToHexStringLower(SHA256.HashData(expected)), $"{which}: other bytes");
    }

    private static JsonArray Headers(Sample sample) =>
        [.. sample.Headers.Select(header => (JsonNode)new JsonArray(
            header.Name, Convert.ToBase64String(Encoding.UTF8.GetBytes(header.Value))))];

    private static byte[] Big()
    {
        var bytes = new byte[BigBytes];
        new Random(20).NextBytes(bytes);
        return bytes;
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Convert.ToBase64String(bytes);

    private void Add(string? key, byte[]? value, params (string Name, string Value)[] headers) => _samples.Add(
        new Sample(
            key is null ? null : Encoding.UTF8.GetBytes(key),
            value,
            headers,
            FirstTimestampMs + (1000 * _samples.Count)));

    private sealed record Sample(
        byte[]? Key, byte[]? Value, IReadOnlyList<(string Name, string Value)> Headers, long TimestampMs);
}
