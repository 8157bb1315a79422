using System.Globalization;
using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>Config resource types, with their numbers on the wire.</summary>
internal enum ConfigResource : byte
{
    /// <summary>Named by the topic.</summary>
    Topic = 2,

    /// <summary>Named by the broker id; the empty name means all brokers.</summary>
    Broker = 4,

    /// <summary>Named by the consumer group's id.</summary>
    Group = 32,
}

/// <summary>What both ways of altering configs share.</summary>
internal static class ConfigResources
{
    /// <summary>True when the name is this broker's id.</summary>
    public static bool IsBroker(string name, int brokerId) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id == brokerId;

    /// <summary>Changes one resource's configs; a failure leaves others alone.</summary>
    public static async ValueTask<ConfigResult> AlterAsync(
        this BrokerNode node, ConfigResource type, string name, IReadOnlyList<ConfigChange> changes, bool replaceAll,
        bool validateOnly)
    {
        var doubled = changes.GroupBy(change => change.Name).FirstOrDefault(same => same.Count() > 1);
        if (doubled is not null)
        {
            return new ConfigResult(ErrorCode.InvalidRequest, $"{doubled.Key} is altered more than once.");
        }

        var empty = changes.FirstOrDefault(change => change is { Value: null, Operation: not ConfigOperation.Delete });
        if (empty is not null)
        {
            return new ConfigResult(ErrorCode.InvalidRequest, $"{empty.Name} can't be null.");
        }

        switch (type)
        {
            case ConfigResource.Topic:
                return await node.Configs
                    .AlterTopicAsync(name, changes, replaceAll, validateOnly, CancellationToken.None)
                    .ConfigureAwait(false);
            case ConfigResource.Broker when name.Length == 0:
                return await node.Configs
                    .AlterBrokerAsync(null, changes, replaceAll, validateOnly, CancellationToken.None)
                    .ConfigureAwait(false);
            case ConfigResource.Broker when IsBroker(name, node.BrokerId):
                return await node.Configs
                    .AlterBrokerAsync(node.BrokerId, changes, replaceAll, validateOnly, CancellationToken.None)
                    .ConfigureAwait(false);
            case ConfigResource.Broker:
                return new ConfigResult(ErrorCode.InvalidRequest, $"This is broker {node.BrokerId}, not '{name}'.");
            case ConfigResource.Group when name.Length == 0:
                return new ConfigResult(ErrorCode.InvalidRequest, "There are no defaults for all groups.");
            case ConfigResource.Group:
                return await node.Configs
                    .AlterGroupAsync(name, changes, replaceAll, validateOnly, CancellationToken.None)
                    .ConfigureAwait(false);
            default:
                return new ConfigResult(ErrorCode.InvalidRequest, $"Resource type {(int)type} has no configs here.");
        }
    }
}
