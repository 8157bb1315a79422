namespace ActorBroker.Core.Tests.Replication;

/// <summary>
/// Random histories of one partition: whatever happens within the fault budget, nothing that was committed is lost, and
/// when faults stop everybody has everything.
/// </summary>
public class ReplicationPropertyTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_committed_is_lost_and_all_is_well_when_faults_stop(int minInSync)
    {
        var committed = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            committed += Run(seed, minInSync);
        }

        Assert.True(committed > 20 * Seeds);
    }

    private static int Run(int seed, int minInSync)
    {
        var model = new ClusterModel(seed, minInSync);
        var step = 0;
        try
        {
            for (; step < 2_000; step++)
            {
                model.Step();
            }

            model.Heal();
            return model.Committed;
        }
        catch (Exception failure)
        {
            var trace = string.Join('\n', model.Trace.TakeLast(20));
            throw new InvalidOperationException(
                $"min.insync.replicas={minInSync}, seed {seed}, step {step}: {failure.Message}\n{trace}", failure);
        }
    }
}
