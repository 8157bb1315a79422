using System.Buffers;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace ActorBroker.Orleans;

/// <summary>Writes record bytes as they are, and reads them into a buffer of the pool.</summary>
[RegisterSerializer]
public sealed class RecordBytesCodec : IFieldCodec<RecordBytes>
{
    /// <summary>The most that is read: an append has at most one batch more than it is planned to have.</summary>
    public const int BytesMax = 128 << 20;

    /// <inheritdoc/>
    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type expectedType, RecordBytes value)
        where TBufferWriter : IBufferWriter<byte>
    {
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(RecordBytes), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)value.Memory.Length);
        writer.Write(value.Memory.Span);
    }

    /// <inheritdoc/>
    public RecordBytes ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        ReferenceCodec.MarkValueField(reader.Session);
        field.EnsureWireType(WireType.LengthPrefixed);
        var length = reader.ReadVarUInt32();
        if (length > BytesMax || length > reader.Length - reader.Position)
        {
            throw new SerializerException($"Record bytes claim to be {length} bytes long, which they are not.");
        }

        if (length == 0)
        {
            return default;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        reader.ReadBytes(buffer.AsSpan(0, (int)length));
        return new RecordBytes(buffer, (int)length);
    }
}

/// <summary>Nothing is copied: record bytes don't change.</summary>
[RegisterCopier]
public sealed class RecordBytesCopier : IDeepCopier<RecordBytes>, IOptionalDeepCopier
{
    /// <inheritdoc/>
    public RecordBytes DeepCopy(RecordBytes input, CopyContext context) => input;

    /// <inheritdoc/>
    public object? DeepCopy(object? input, CopyContext context) => input;

    /// <inheritdoc/>
    public bool IsShallowCopyable() => true;
}
