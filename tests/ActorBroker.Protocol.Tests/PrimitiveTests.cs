namespace ActorBroker.Protocol.Tests;

/// <summary>Reader and writer, byte by byte.</summary>
public sealed class PrimitiveTests
{
    [Theory]
    [InlineData(0u, "00")]
    [InlineData(1u, "01")]
    [InlineData(127u, "7f")]
    [InlineData(128u, "8001")]
    [InlineData(300u, "ac02")]
    [InlineData(16383u, "ff7f")]
    [InlineData(16384u, "808001")]
    [InlineData(2097151u, "ffff7f")]
    [InlineData(2147483647u, "ffffffff07")]
    [InlineData(4294967295u, "ffffffff0f")]
    public void Unsigned_varints_have_the_bytes_of_the_protocol(uint value, string hex)
    {
        using var writer = new KafkaWriter();
        writer.WriteUnsignedVarint(value);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.WrittenSpan));
        Assert.Equal(writer.Length, KafkaWriter.VarintSize(value));
        var reader = new KafkaReader(writer.WrittenMemory);
        Assert.Equal(value, reader.ReadUnsignedVarint());
        Assert.True(reader.Complete);
    }

    [Theory]
    [InlineData("ffffffff10")]
    [InlineData("ffffffffff01")]
    [InlineData("8080808080")]
    [InlineData("80")]
    [InlineData("")]
    public void A_varint_beyond_32_bits_or_without_an_end_faults(string hex)
    {
        var reader = new KafkaReader(Convert.FromHexString(hex));
        Assert.Equal(0u, reader.ReadUnsignedVarint());
        Assert.True(reader.Faulted);
    }

    [Fact]
    public void Numbers_are_big_endian_and_a_uuid_is_in_text_order()
    {
        using var writer = new KafkaWriter();
        writer.WriteBoolean(true);
        writer.WriteInt8(-2);
        writer.WriteInt16(0x0102);
        writer.WriteUInt16(0xfffe);
        writer.WriteInt32(0x01020304);
        writer.WriteUInt32(0xfffefdfc);
        writer.WriteInt64(0x0102030405060708);
        writer.WriteFloat64(1.5);
        writer.WriteUuid(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Assert.Equal(
            "01fe0102fffe01020304fffefdfc01020304050607083ff800000000000000112233445566778899aabbccddeeff",
            Convert.ToHexStringLower(writer.WrittenSpan));
        var reader = new KafkaReader(writer.WrittenMemory);
        Assert.True(reader.ReadBoolean());
        Assert.Equal(-2, reader.ReadInt8());
        Assert.Equal(0x0102, reader.ReadInt16());
        Assert.Equal(0xfffe, reader.ReadUInt16());
        Assert.Equal(0x01020304, reader.ReadInt32());
        Assert.Equal(0xfffefdfc, reader.ReadUInt32());
        Assert.Equal(0x0102030405060708, reader.ReadInt64());
        Assert.Equal(1.5, reader.ReadFloat64());
        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), reader.ReadUuid());
        Assert.True(reader.Complete);
    }

    [Theory]
    [InlineData(false, "ffff")]
    [InlineData(true, "00")]
    public void A_null_faults_where_none_is_allowed(bool compact, string hex)
    {
        var nullable = new KafkaReader(Convert.FromHexString(hex));
        Assert.Null(nullable.ReadNullableString(compact));
        Assert.True(nullable.Complete);
        var plain = new KafkaReader(Convert.FromHexString(hex));
        Assert.Equal("", plain.ReadString(compact));
        Assert.True(plain.Faulted);
    }

    [Theory]
    [InlineData(false, "fffe")]
    [InlineData(true, "81800200")]
    public void A_string_below_null_or_above_32767_bytes_faults(bool compact, string hex)
    {
        var reader = new KafkaReader((byte[])[.. Convert.FromHexString(hex), .. new byte[40000]]);
        Assert.Equal("", reader.ReadNullableString(compact));
        Assert.True(reader.Faulted);
    }

    [Fact]
    public void A_fault_sticks_and_gives_defaults()
    {
        var reader = new KafkaReader(new byte[] { 0, 0, 0, 9, 1, 2 });
        Assert.True(reader.ReadBytes(compact: false).IsEmpty);
        Assert.True(reader.Faulted);
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(0, reader.ReadInt16());
        Assert.Equal("", reader.ReadString(compact: true));
        Assert.Equal(0, reader.ReadArrayLength(compact: true, 1));
        Assert.Equal(0, reader.ReadTagCount());
        Assert.Equal(Guid.Empty, reader.ReadUuid());
        Assert.False(reader.Complete);
    }

    [Fact]
    public void A_count_that_the_frame_cannot_hold_faults_before_a_list_is_made()
    {
        var reader = new KafkaReader(new byte[] { 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0 });
        Assert.Equal(0, reader.ReadArrayLength(compact: false, 1));
        Assert.True(reader.Faulted);
        Assert.Equal(1024, KafkaReader.Capacity(int.MaxValue));
    }

    [Fact]
    public void Bytes_are_slices_of_the_frame()
    {
        var frame = new byte[] { 4, 1, 2, 3 };
        var reader = new KafkaReader(frame);
        var bytes = reader.ReadBytes(compact: true);
        frame[1] = 9;
        Assert.Equal(9, bytes.Span[0]);
        Assert.Equal(3, bytes.Length);
    }

    [Fact]
    public void Unknown_tagged_fields_are_skipped_by_their_size()
    {
        var reader = new KafkaReader(Convert.FromHexString("02" + "0503aabbcc" + "8001" + "00" + "2a"));
        reader.SkipTaggedFields();
        Assert.Equal(0x2a, reader.ReadInt8());
        Assert.True(reader.Complete);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(20000)]
    public void A_tagged_field_has_its_size_before_its_value(int size)
    {
        using var writer = new KafkaWriter(16);
        var mark = writer.BeginTagged(7);
        var value = Enumerable.Range(0, size).Select(i => (byte)i).ToArray();
        writer.WriteRaw(value);
        writer.EndTagged(mark);
        var reader = new KafkaReader(writer.WrittenMemory);
        Assert.Equal(7u, reader.ReadUnsignedVarint());
        Assert.Equal((uint)size, reader.ReadUnsignedVarint());
        Assert.Equal(value, writer.WrittenMemory[reader.Position..].ToArray());
    }

    [Fact]
    public void A_writer_grows_patches_truncates_and_starts_again()
    {
        using var writer = new KafkaWriter(16);
        var at = writer.Reserve(4);
        writer.WriteRaw(new byte[100_000]);
        writer.PatchInt32(at, 0x01020304);
        Assert.Equal(100_004, writer.Length);
        Assert.Equal("0102030400", Convert.ToHexString(writer.WrittenSpan[..5]));
        writer.TruncateTo(2);
        Assert.Equal("0102", Convert.ToHexString(writer.WrittenSpan));
        writer.Reset(capacityMax: 4096);
        Assert.Equal(0, writer.Length);
        Assert.InRange(writer.Capacity, 1, 4096);
        Assert.Throws<ProtocolException>(() => writer.WriteString(new string('x', 32768), compact: true));
    }
}
