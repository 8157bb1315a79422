using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// Describes and changes the settings of topics, groups and brokers, at whichever broker it is asked for. A change is
/// durable, and in force at this broker, on return; others follow soon.
/// </summary>
public sealed class ConfigService
{
    private readonly BrokerState _state;
    private readonly CatalogueWriter _writer;

    internal ConfigService(BrokerState state, CatalogueWriter writer)
    {
        _state = state;
        _writer = writer;
    }

    /// <summary>A topic's settings; none for a topic that doesn't exist.</summary>
    public IReadOnlyList<ConfigEntry> DescribeTopic(string topic) =>
        _state.Cluster.Image.TopicsByName.TryGetValue(topic, out var document)
            ? _state.Config.DescribeTopic(document.Configs)
            : [];

    /// <summary>This broker's settings.</summary>
    public IReadOnlyList<ConfigEntry> DescribeBroker() => _state.Config.DescribeBroker();

    /// <summary>
    /// Changes a topic's settings; <paramref name="replaceAll"/> sets those not named back to the default.
    /// </summary>
    public Task<ConfigResult> AlterTopicAsync(
        string topic, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return RunAsync(
            (out ConfigResult result) => TryAlterTopic(topic, changes, replaceAll, validateOnly, out result), cancel);
    }

    /// <summary>Changes settings of one broker, or (null) the default for all of them.</summary>
    public Task<ConfigResult> AlterBrokerAsync(
        int? brokerId,
        IReadOnlyList<ConfigChange> changes,
        bool replaceAll,
        bool validateOnly,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return RunAsync(
            (out ConfigResult result) => TryAlterBroker(brokerId, changes, replaceAll, validateOnly, out result),
            cancel);
    }

    /// <summary>A consumer group's settings, whether the group exists or not.</summary>
    public IReadOnlyList<ConfigEntry> DescribeGroup(string groupId) =>
        _state.Config.DescribeGroup(_state.Catalogue.ReadGroupConfigs(groupId).Configs);

    /// <summary>
    /// Changes a consumer group's settings, whether the group exists or not; members see them with their next
    /// heartbeat.
    /// </summary>
    public Task<ConfigResult> AlterGroupAsync(
        string groupId,
        IReadOnlyList<ConfigChange> changes,
        bool replaceAll,
        bool validateOnly,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return RunAsync(
            (out ConfigResult result) => TryAlterGroup(groupId, changes, replaceAll, validateOnly, out result), cancel);
    }

    private Task<ConfigResult> RunAsync(CatalogueAttempt<ConfigResult> alter, CancellationToken cancel) =>
        _writer.RunAsync(
            () =>
            {
                try
                {
                    return CatalogueWriter.Retry(alter);
                }
                catch (Exception failure) when (CatalogueWriter.IsStorageFault(failure))
                {
                    return new ConfigResult(ErrorCode.KafkaStorageError, failure.Message);
                }
            },
            cancel);

    private bool TryAlterTopic(
        string name, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly, out ConfigResult result)
    {
        if (_state.Catalogue.ReadTopic(name) is not { } topic)
        {
            result = new ConfigResult(ErrorCode.UnknownTopicOrPartition, "there is no such topic");
            return true;
        }

        var edit = ConfigEdit.Apply(
            replaceAll ? ConfigEdit.None : topic.Configs, changes, _state.Config.DescribeTopic(topic.Configs));
        result = Check(edit, _state.Config.ValidateTopic);
        return result.Error != ErrorCode.None || validateOnly || TryFinish(
            _state.Catalogue.TryWriteTopic(topic.WithConfigs(edit.Configs)),
            ClusterCatalogue.TopicKey(name),
            ref result);
    }

    private bool TryAlterBroker(
        int? brokerId, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly, out ConfigResult result)
    {
        if (brokerId is { } id && id != _state.BrokerId && !_state.Cluster.Image.Registered.ContainsKey(id))
        {
            result = new ConfigResult(
                ErrorCode.InvalidRequest,
                $"there is no broker {id}: this is {_state.BrokerId}; the empty name is for the default");
            return true;
        }

        var (present, version) = _state.Catalogue.ReadConfigs(brokerId);
        var edit = ConfigEdit.Apply(replaceAll ? ConfigEdit.None : present, changes, _state.Config.DescribeBroker());
        result = Check(edit, configs => changes
            .Select(change => BrokerConfig.ValidateDynamic(
                change.Name, configs.GetValueOrDefault(change.Name), brokerId is null))
            .FirstOrDefault(static problem => problem is not null));
        return result.Error != ErrorCode.None || validateOnly || TryFinish(
            _state.Catalogue.TryWriteConfigs(brokerId, version, edit.Configs),
            ClusterCatalogue.ConfigKey(brokerId),
            ref result);
    }

    private bool TryAlterGroup(
        string groupId,
        IReadOnlyList<ConfigChange> changes,
        bool replaceAll,
        bool validateOnly,
        out ConfigResult result)
    {
        var (present, version) = _state.Catalogue.ReadGroupConfigs(groupId);
        var edit = ConfigEdit.Apply(
            replaceAll ? ConfigEdit.None : present, changes, _state.Config.DescribeGroup(present));
        result = Check(edit, _state.Config.ValidateGroup);
        return result.Error != ErrorCode.None || validateOnly || TryFinish(
            _state.Catalogue.TryWriteGroupConfigs(groupId, version, edit.Configs),
            ClusterCatalogue.GroupConfigKey(groupId),
            ref result);
    }

    private static ConfigResult Check(
        ConfigEdit edit, Func<ImmutableSortedDictionary<string, string>, string?> validate)
    {
        if (edit.Result.Error != ErrorCode.None)
        {
            return edit.Result;
        }

        return validate(edit.Configs) is { } problem ? new ConfigResult(ErrorCode.InvalidConfig, problem) : default;
    }

    private bool TryFinish(bool written, CatalogueKey key, ref ConfigResult result)
    {
        if (written)
        {
            _writer.Settle(key);
        }
        else
        {
            result = new ConfigResult(ErrorCode.InvalidRequest, "the settings changed meanwhile: try again");
        }

        return written;
    }
}
