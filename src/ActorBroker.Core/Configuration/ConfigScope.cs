namespace ActorBroker.Core.Configuration;

/// <summary>Where a setting applies, and how it can change.</summary>
public enum ConfigScope : byte
{
    /// <summary>A broker setting that is read at the start only.</summary>
    ReadOnly,

    /// <summary>A broker setting that can change at run time, broker by broker.</summary>
    PerBroker,

    /// <summary>A broker setting that can change at run time, for one broker or for all.</summary>
    ClusterWide,

    /// <summary>A topic setting: it can change at any time.</summary>
    Topic,

    /// <summary>A setting of a consumer group: it can change at any time.</summary>
    Group,
}
