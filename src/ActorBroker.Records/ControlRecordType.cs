namespace ActorBroker.Records;

/// <summary>What a control record says: the second half of its key.</summary>
public enum ControlRecordType : short
{
    /// <summary>The producer's open transaction is rolled back.</summary>
    Abort = 0,

    /// <summary>The producer's open transaction is committed.</summary>
    Commit = 1,

    /// <summary>A quorum elected a leader.</summary>
    LeaderChange = 2,

    /// <summary>A metadata snapshot starts.</summary>
    SnapshotHeader = 3,

    /// <summary>A metadata snapshot ends.</summary>
    SnapshotFooter = 4,

    /// <summary>The quorum's own feature version.</summary>
    KRaftVersion = 5,

    /// <summary>The quorum's voters.</summary>
    KRaftVoters = 6,
}
