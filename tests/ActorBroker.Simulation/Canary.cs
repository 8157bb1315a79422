namespace ActorBroker.Simulation;

/// <summary>Bugs that can be planted, each of which the simulation has to find.</summary>
internal enum Canary
{
    /// <summary>None: the production rules.</summary>
    None,

    /// <summary>A leader counts a smaller in-sync set before the catalogue has taken it.</summary>
    CommitBeforeCompareAndSet,

    /// <summary>A new follower cuts its log at its high watermark, as before KIP-101.</summary>
    TruncateByHighWatermark,

    /// <summary>A follower takes appends of deposed leaders.</summary>
    NoEpochCheckOnAppend,

    /// <summary>A follower is let back in sync before it holds all that is committed.</summary>
    RejoinBelowHighWatermark,

    /// <summary>The controller elects any live replica.</summary>
    ElectOutsideInSync,

    /// <summary>A follower acknowledges before its write.</summary>
    AcknowledgeBeforeWrite,

    /// <summary>A restarted broker goes on under its former epoch: nobody notices what it lost (KIP-903).</summary>
    IgnoreBrokerEpochs,

    /// <summary>The high watermark advances below the minimum of in-sync replicas (before KIP-966).</summary>
    CommitBelowMinimum,

    /// <summary>
    /// A coordinator of groups serves what its high watermark covers when it begins, not all that its log holds.
    /// </summary>
    LoadGroupsToHighWatermark,
}
