namespace ActorBroker.Core.Tests.Replication;

/// <summary>
/// Random histories of one partition: whatever happens within the fault budget, nothing that was committed is lost, and
/// when faults stop everybody has everything.
/// </summary>
public class ReplicationPropertyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_committed_is_lost_and_all_is_well_when_faults_stop(int minInSync)
    {
        var committed = 0;
        for (var seed = 1; seed <= Seeds; seed++)
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
                committed += model.Committed;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(
                    $"min.insync.replicas={minInSync}, seed {seed}, step {step}: {failure.Message}\n{model.Trace}\n{string.Join('\n', model.History.TakeLast(18))}", failure);
            }
        }

        Assert.True(committed > 20 * Seeds);
    }

    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SEEDS") ?? "150", System.Globalization.CultureInfo.InvariantCulture);
}
