namespace ActorBroker.Client;

/// <summary>Which part of a record a serializer is asked for.</summary>
public enum RecordPart
{
    /// <summary>The key.</summary>
    Key,

    /// <summary>The value.</summary>
    Value,
}
