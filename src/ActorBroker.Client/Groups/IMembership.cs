namespace ActorBroker.Client.Groups;

/// <summary>The calls of one protocol, around its machine.</summary>
internal interface IMembership
{
    MemberMachine Machine { get; }

    /// <summary>Topics that are subscribed to now.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>How long nothing has to be looked up again.</summary>
    TimeSpan NextWatch { get; }

    /// <summary>Subscribes to something else.</summary>
    void Subscribe(GroupSubscription subscription);

    /// <summary>Looks up what may have changed in the cluster, where it is time to.</summary>
    Task WatchAsync(CancellationToken cancel);

    /// <summary>Makes a call and tells the machine its answer; throws what the machine leaves to the shell.</summary>
    Task CallAsync(MemberCall call, CancellationToken cancel);

    /// <summary>A call ended without an answer.</summary>
    void Failed();

    /// <summary>
    /// Tells the coordinator that the member leaves, where it is to know. As whom is settled before it first yields.
    /// </summary>
    Task LeaveAsync(CancellationToken cancel);
}
