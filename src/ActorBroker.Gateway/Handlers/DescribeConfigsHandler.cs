using ActorBroker.Broker;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DescribeConfigs v0-4 of topics, of consumer groups and of this broker; the empty broker name shows the cluster-wide
/// defaults that were set. Secrets are answered as null. v0 tells only whether a value is a default, v1+ its source and
/// synonyms, v3+ its type and documentation. Other resource types are refused.
/// </summary>
internal sealed class DescribeConfigsHandler(HandlerContext context)
    : ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override ValueTask<DescribeConfigsResponse> AnswerAsync(
        DescribeConfigsRequest message, RequestContext request) =>
        new(new DescribeConfigsResponse
        {
            Results = [.. message.Resources.Select(resource => Describe(resource, message, request.Version))],
        });

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        DescribeConfigsRequest.DescribeConfigsResource resource, DescribeConfigsRequest message, short version)
    {
        var (error, text, entries) = Find((ConfigResource)resource.ResourceType, resource.ResourceName);
        var keys = resource.ConfigurationKeys is { Count: > 0 } ? resource.ConfigurationKeys : null;
        return new DescribeConfigsResponse.DescribeConfigsResult
        {
            ErrorCode = error,
            ErrorMessage = text,
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            Configs = [.. entries.Where(entry => keys is null || keys.Contains(entry.Name))
                .Select(entry => Row(entry, message, version))],
        };
    }

    private (ErrorCode Error, string? Message, IEnumerable<ConfigEntry> Entries) Find(ConfigResource type, string name)
    {
        switch (type)
        {
            case ConfigResource.Topic:
                var topic = _node.Topics.Find(name);
                return (topic.Error, topic.Message, _node.Configs.DescribeTopic(name));
            case ConfigResource.Broker when name.Length == 0:
                return (ErrorCode.None, null, _node.Configs.DescribeBroker().Where(
                    entry => entry.Synonyms.Any(value => value.Source == ConfigSource.DynamicDefaultBrokerConfig)));
            case ConfigResource.Broker when ConfigResources.IsBroker(name, _node.BrokerId):
                return (ErrorCode.None, null, _node.Configs.DescribeBroker());
            case ConfigResource.Broker:
                return (ErrorCode.InvalidRequest, $"This is broker {_node.BrokerId}, not '{name}'.", []);
            case ConfigResource.Group when name.Length > 0:
                return (ErrorCode.None, null, _node.Configs.DescribeGroup(name));
            default:
                return (ErrorCode.InvalidRequest, $"Resource type {(int)type} has no configs here.", []);
        }
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult Row(
        ConfigEntry entry, DescribeConfigsRequest message, short version) => new()
        {
            Name = entry.Name,
            Value = entry.IsSensitive ? null : entry.Value,
            ReadOnly = entry.IsReadOnly,
            IsDefault = version == 0 && entry.IsDefault,
            ConfigSource = (sbyte)entry.Source,
            IsSensitive = entry.IsSensitive,
            Synonyms = message.IncludeSynonyms ? [.. entry.Synonyms.Select(value => Synonym(value, entry))] : [],
            ConfigType = (sbyte)entry.Type,
            Documentation = message.IncludeDocumentation ? entry.Documentation : null,
        };

    private static DescribeConfigsResponse.DescribeConfigsSynonym Synonym(ConfigSynonym value, ConfigEntry entry) =>
        new()
        {
            Name = value.Name,
            Value = entry.IsSensitive ? null : value.Value,
            Source = (sbyte)value.Source,
        };
}
