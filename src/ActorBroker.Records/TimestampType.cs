namespace ActorBroker.Records;

/// <summary>Who set a batch's timestamps: attribute bit 3.</summary>
public enum TimestampType : byte
{
    /// <summary>The producer, record by record.</summary>
    CreateTime = 0,

    /// <summary>The broker, when it appended: every record's time is the batch's maximum.</summary>
    LogAppendTime = 1,
}
