using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;

namespace ActorBroker.Client.Tests;

/// <summary>Serializers write what Kafka's own write, byte by byte, and deserializers read it back.</summary>
public sealed partial class SerializationTests
{
    private static readonly SerializationContext Context = new("t", RecordPart.Value);

    [Fact]
    public void Numbers_are_big_endian()
    {
        Check(Serializers.Int16, Deserializers.Int16, (short)-2, "FFFE");
        Check(Serializers.Int32, Deserializers.Int32, 0x01020304, "01020304");
        Check(Serializers.Int64, Deserializers.Int64, 0x0102030405060708, "0102030405060708");
        Check(Serializers.Single, Deserializers.Single, 1.5f, "3FC00000");
        Check(Serializers.Double, Deserializers.Double, -2.0, "C000000000000000");
    }

    [Fact]
    public void Text_is_utf8_and_a_guid_is_its_text()
    {
        Check(Serializers.Utf8, Deserializers.Utf8, "aä€", "61C3A4E282AC");
        Check(Serializers.Utf8, Deserializers.Utf8, "", "");
        var guid = Guid.Parse("01234567-89AB-CDEF-0123-456789ABCDEF");
        Check(
            Serializers.Guid,
            Deserializers.Guid,
            guid,
            Convert.ToHexString("01234567-89ab-cdef-0123-456789abcdef"u8));
        Assert.Equal(guid, Deserializers.Guid.Deserialize("01234567-89AB-CDEF-0123-456789ABCDEF"u8, false, Context));
    }

    [Fact]
    public void Bytes_are_as_they_are()
    {
        Assert.Equal([1, 2], Write(Serializers.ByteArray, [1, 2]));
        Assert.Equal([1, 2], Write(Serializers.Bytes, new byte[] { 1, 2 }));
        Assert.Equal([1, 2], Deserializers.ByteArray.Deserialize([1, 2], false, Context));
        Assert.Equal([1, 2], Deserializers.Bytes.Deserialize([1, 2], false, Context).ToArray());
    }

    [Fact]
    public void Null_is_null_where_the_type_has_one_and_refused_where_not()
    {
        Assert.Null(Write(Serializers.Utf8, null));
        Assert.Null(Write(Serializers.ByteArray, null));
        Assert.Null(Write(Serializers.Ignore, default));
        Assert.Null(Write(Serializers.Nullable(Serializers.Int32), null));
        Assert.Equal([0, 0, 0, 5], Write(Serializers.Nullable(Serializers.Int32), 5));
        Assert.Null(Deserializers.Utf8.Deserialize([], true, Context));
        Assert.Null(Deserializers.ByteArray.Deserialize([], true, Context));
        Assert.Null(Deserializers.Nullable(Deserializers.Int32).Deserialize([], true, Context));
        Assert.Equal(5, Deserializers.Nullable(Deserializers.Int32).Deserialize([0, 0, 0, 5], false, Context));
        Assert.Equal(default, Deserializers.Ignore.Deserialize([1, 2, 3], false, Context));
        Assert.Throws<FormatException>(() => Deserializers.Int32.Deserialize([], true, Context));
        Assert.Throws<FormatException>(() => Deserializers.Guid.Deserialize([], true, Context));
        Assert.Throws<FormatException>(() => Deserializers.Bytes.Deserialize([], true, Context));
    }

    [Fact]
    public void Bytes_of_another_size_or_form_are_refused()
    {
        Assert.Throws<FormatException>(() => Deserializers.Int16.Deserialize([1], false, Context));
        Assert.Throws<FormatException>(() => Deserializers.Int64.Deserialize(new byte[9], false, Context));
        Assert.Throws<FormatException>(() => Deserializers.Double.Deserialize([], false, Context));
        Assert.Throws<FormatException>(() => Deserializers.Guid.Deserialize(new byte[16], false, Context));
        Assert.Throws<FormatException>(() => Deserializers.Guid.Deserialize(
            "01234567-89ab-cdef-0123-456789abcdeX"u8, false, Context));
    }

    [Fact]
    public void Json_goes_by_generated_code_and_its_writer_is_used_again()
    {
        var serializer = Serializers.Json(TestJson.Default.Point);
        var deserializer = Deserializers.Json(TestJson.Default.Point);
        for (var i = 0; i < 3; i++)
        {
            var bytes = Write(serializer, new Point(i, "ä"));
            Assert.Equal($$"""{"X":{{i}},"Name":"\u00E4"}""", Encoding.UTF8.GetString(bytes!));
            Assert.Equal(new Point(i, "ä"), deserializer.Deserialize(bytes, false, Context));
        }

        Assert.Null(Write(serializer, null!));
        Assert.Null(deserializer.Deserialize([], true, Context));
        Assert.Throws<FormatException>(() => deserializer.Deserialize("{"u8, false, Context));
        Assert.Throws<FormatException>(() => Deserializers.Json(TestJson.Default.Int32).Deserialize([], true, Context));
    }

    [Fact]
    public async Task One_json_serializer_serves_many_threads()
    {
        var serializer = Serializers.Json(TestJson.Default.Point);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var bytes = Write(serializer, new Point(i, $"{worker}"));
                Assert.Equal($$"""{"X":{{i}},"Name":"{{worker}}"}""", Encoding.UTF8.GetString(bytes!));
            }
        })));
    }

    private static void Check<T>(ISerializer<T> serializer, IDeserializer<T> deserializer, T value, string hex)
    {
        var bytes = Write(serializer, value);
        Assert.Equal(hex, Convert.ToHexString(bytes!));
        Assert.Equal(value, deserializer.Deserialize(bytes, false, Context));
    }

    private static byte[]? Write<T>(ISerializer<T> serializer, T value)
    {
        var output = new ArrayBufferWriter<byte>();
        return serializer.Serialize(value, output, Context) ? output.WrittenSpan.ToArray() : null;
    }

    internal sealed record Point(int X, string Name);

    [JsonSerializable(typeof(Point))]
    [JsonSerializable(typeof(int))]
    internal sealed partial class TestJson : JsonSerializerContext;
}
