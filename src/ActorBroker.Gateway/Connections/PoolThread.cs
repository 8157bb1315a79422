using System.Runtime.CompilerServices;

namespace ActorBroker.Gateway.Connections;

/// <summary>
/// The server lets sockets complete on the threads that watch them, which spares a wake per event. Those are few, and
/// each watches many connections: whatever may take long, or may wait for a disk, goes on elsewhere.
/// </summary>
internal static class PoolThread
{
    /// <summary>Awaited: what follows runs on the thread pool; at once, where it does already.</summary>
    public static ConfiguredTaskAwaitable SwitchAsync() => Task.CompletedTask.ConfigureAwait(
        Thread.CurrentThread.IsThreadPoolThread ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
}
