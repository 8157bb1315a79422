using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// Describes and changes the settings of topics and of the broker. A change is durable and in force on return.
/// </summary>
public sealed class ConfigService
{
    private readonly BrokerState _state;
    private readonly Controller _controller;

    internal ConfigService(BrokerState state, Controller controller)
    {
        _state = state;
        _controller = controller;
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
        return RunAsync(() => AlterTopic(topic, changes, replaceAll, validateOnly), cancel);
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
        return RunAsync(() => AlterBroker(brokerId, changes, replaceAll, validateOnly), cancel);
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
        return RunAsync(() => AlterGroup(groupId, changes, replaceAll, validateOnly), cancel);
    }

    private Task<ConfigResult> RunAsync(Func<ConfigResult> alter, CancellationToken cancel) =>
        _controller.RunAsync(
            () =>
            {
                try
                {
                    return alter();
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    return new ConfigResult(ErrorCode.KafkaStorageError, failure.Message);
                }
            },
            cancel);

    private ConfigResult AlterTopic(
        string name, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        if (_state.Catalogue.ReadTopic(name) is not { } topic)
        {
            return new ConfigResult(ErrorCode.UnknownTopicOrPartition, "there is no such topic");
        }

        var edit = ConfigEdit.Apply(
            replaceAll ? ConfigEdit.None : topic.Configs, changes, _state.Config.DescribeTopic(topic.Configs));
        if (edit.Result.Error != ErrorCode.None)
        {
            return edit.Result;
        }

        if (_state.Config.ValidateTopic(edit.Configs) is { } problem)
        {
            return new ConfigResult(ErrorCode.InvalidConfig, problem);
        }

        if (validateOnly)
        {
            return default;
        }

        var written = topic.WithConfigs(edit.Configs);
        if (!_state.Catalogue.TryWriteTopic(written))
        {
            return new ConfigResult(ErrorCode.InvalidRequest, "the topic changed meanwhile: try again");
        }

        _state.Partitions.Update(written, _state.Config.ForTopic(written.Configs));
        _state.Cluster.Put(written);
        return default;
    }

    private ConfigResult AlterBroker(
        int? brokerId, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        if (brokerId is { } id && id != _state.BrokerId)
        {
            return new ConfigResult(
                ErrorCode.InvalidRequest,
                $"this is broker {_state.BrokerId}: name it, or the empty name for the default");
        }

        var (present, version) = _state.Catalogue.ReadConfigs(brokerId);
        var edit = ConfigEdit.Apply(replaceAll ? ConfigEdit.None : present, changes, _state.Config.DescribeBroker());
        if (edit.Result.Error != ErrorCode.None)
        {
            return edit.Result;
        }

        foreach (var change in changes)
        {
            var value = edit.Configs.GetValueOrDefault(change.Name);
            if (BrokerConfig.ValidateDynamic(change.Name, value, brokerId is null) is { } problem)
            {
                return new ConfigResult(ErrorCode.InvalidConfig, problem);
            }
        }

        if (validateOnly)
        {
            return default;
        }

        if (!_state.Catalogue.TryWriteConfigs(brokerId, version, edit.Configs))
        {
            return new ConfigResult(ErrorCode.InvalidRequest, "the settings changed meanwhile: try again");
        }

        _state.ApplyDynamicConfigs();
        return default;
    }

    private ConfigResult AlterGroup(
        string groupId, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        var (present, version) = _state.Catalogue.ReadGroupConfigs(groupId);
        var edit = ConfigEdit.Apply(
            replaceAll ? ConfigEdit.None : present, changes, _state.Config.DescribeGroup(present));
        if (edit.Result.Error != ErrorCode.None)
        {
            return edit.Result;
        }

        if (_state.Config.ValidateGroup(edit.Configs) is { } problem)
        {
            return new ConfigResult(ErrorCode.InvalidConfig, problem);
        }

        if (validateOnly)
        {
            return default;
        }

        if (!_state.Catalogue.TryWriteGroupConfigs(groupId, version, edit.Configs))
        {
            return new ConfigResult(ErrorCode.InvalidRequest, "the settings changed meanwhile: try again");
        }

        _state.ApplyGroupConfigs();
        return default;
    }
}
