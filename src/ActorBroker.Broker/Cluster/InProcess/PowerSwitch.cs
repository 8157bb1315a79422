namespace ActorBroker.Broker.Cluster.InProcess;

/// <summary>Stands for the life of a process: once it is cut, nothing that belongs to it changes anything.</summary>
internal sealed class PowerSwitch
{
    private bool _isCut;

    public bool IsCut => Volatile.Read(ref _isCut);

    public void Cut() => Volatile.Write(ref _isCut, true);

    /// <exception cref="IOException">The process is dead.</exception>
    public void Check()
    {
        if (IsCut)
        {
            throw new IOException("The broker has crashed.");
        }
    }
}
