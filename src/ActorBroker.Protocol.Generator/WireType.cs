namespace ActorBroker.Protocol.Generator;

/// <summary>A primitive of the wire: its C# type, and how reader and writer name it.</summary>
internal sealed class WireType
{
    private static readonly WireType[] Known =
    [
        new("bool", "bool", "Boolean", 1),
        new("int8", "sbyte", "Int8", 1),
        new("int16", "short", "Int16", 2),
        new("uint16", "ushort", "UInt16", 2),
        new("int32", "int", "Int32", 4),
        new("int64", "long", "Int64", 8),
        new("float64", "double", "Float64", 8),
        new("uuid", "Guid", "Uuid", 16),
        new("string", "string", "String", 0),
        new("bytes", "ReadOnlyMemory<byte>", "Bytes", 0),
        new("records", "ReadOnlyMemory<byte>", "Bytes", 0),
    ];

    private readonly int _size;

    private WireType(string name, string csharp, string method, int size)
    {
        Name = name;
        CSharp = csharp;
        Method = method;
        _size = size;
    }

    public string Name { get; }

    public string CSharp { get; }

    /// <summary>What follows <c>Read</c> and <c>Write</c>.</summary>
    public string Method { get; }

    /// <summary>True for values behind a length: it may be compact, and it may say null.</summary>
    public bool HasLength => _size == 0;

    public static WireType? Find(string name) => Array.Find(Known, type => type.Name == name);

    public static int LengthSize(bool flexible) => flexible ? 1 : 4;

    public int SizeMin(bool flexible) =>
        !HasLength ? _size : Name == "string" ? (flexible ? 1 : 2) : LengthSize(flexible);
}
