using System.Net;

namespace ActorBroker.Benchmarks.Groups;

/// <summary>Makes groups that have offsets and do nothing, for whoever weighs the broker that has them.</summary>
internal static class IdleGroups
{
    private const int Lanes = 8;

    /// <summary>Each group commits three partitions and is left alone; a JSON object without figures.</summary>
    public static async Task<string> MakeAsync(DnsEndPoint broker, int groups)
    {
        int[] partitions = [0, 1, 2];
        await GroupRun.CreateTopicAsync(broker, partitions.Length);
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            using var connection = await WireConnection.OpenAsync(broker);
            for (var group = lane; group < groups; group += Lanes)
            {
                await GroupRun.CommitAsync(connection, $"idle-{group}", partitions, 1);
            }
        }));
        return "{}";
    }
}
