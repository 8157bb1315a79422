using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster;

/// <summary>
/// Hands a broker's leaderships over before it stops, so that clients hardly notice: it says that it drains, and waits
/// until the controller has moved what can be moved.
/// </summary>
internal sealed class ControlledShutdown(
    BrokerState state, CatalogueFollower follower, TimeProvider time, ILogger logger)
{
    /// <summary>A stop waits no longer: whoever runs the broker may kill it soon.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task? _running;
    private volatile bool _isDraining;

    /// <summary>True from right before leaderships begin to move away, until the stop.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whoever asks again waits for the same.</summary>
    public Task RunAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            _running ??= Task.Run(DrainAsync, CancellationToken.None);
            return _running.WaitAsync(cancel);
        }
    }

    private async Task DrainAsync()
    {
        if (!state.Config.Get(BrokerKeys.ControlledShutdownEnable) || !IsAccompanied())
        {
            return;
        }

        try
        {
            _isDraining = true;
            if (!BrokerLife.TryUpdate(
                state.Catalogue, state.BrokerId, state.BrokerEpoch, static broker => broker with { IsDraining = true }))
            {
                return;
            }

            await follower.SyncAsync(Catalogue.ClusterCatalogue.BrokerKey(state.BrokerId)).ConfigureAwait(false);
            ClusterLogs.Draining(logger, LeadershipsLeft());
            await WaitAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The stop goes on without: others find out by the membership.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ClusterLogs.DrainFailed(logger, failure);
        }
    }

    private async Task WaitAsync()
    {
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        state.Cluster.Changed += Look;
        try
        {
            Look();
            await moved.Task.WaitAsync(TimeMax, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ClusterLogs.DrainLate(logger, LeadershipsLeft());
        }
        finally
        {
            state.Cluster.Changed -= Look;
        }

        void Look()
        {
            if (!IsAccompanied() || LeadershipsLeft() == 0)
            {
                moved.TrySetResult();
            }
        }
    }

    private bool IsAccompanied() => state.Cluster.Image.Brokers.Keys.Any(id => id != state.BrokerId);

    /// <summary>Leaderships that somebody else could take over.</summary>
    private int LeadershipsLeft()
    {
        var view = state.Cluster.View;
        return state.Cluster.Image.TopicsByName.Values.Sum(topic => topic.Partitions.Count(partition =>
            partition.Leader == state.BrokerId &&
            partition.InSync.Any(id => id != state.BrokerId && view.IsLive(id) && !view.IsDraining(id))));
    }
}
