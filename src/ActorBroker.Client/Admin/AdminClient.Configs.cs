using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

public sealed partial class AdminClient
{
    private const sbyte BooleanType = 1;
    private const sbyte PasswordType = 9;

    /// <summary>A topic's settings, with where each value comes from.</summary>
    public Task<IReadOnlyList<ConfigDescription>> DescribeTopicConfigsAsync(
        string topic, CancellationToken cancel = default) =>
        DescribeConfigsAsync(ConfigResource.Topic(topic), names: null, cancel);

    /// <summary>Some or all settings of several topics, by topic; one that is not there is left out.</summary>
    /// <param name="topics">Whose settings.</param>
    /// <param name="names">Which; null for all.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ConfigDescription>>> DescribeTopicConfigsAsync(
        IEnumerable<string> topics, IReadOnlyList<string>? names = null, CancellationToken cancel = default)
    {
        const int TopicsAtATime = 500;
        ArgumentNullException.ThrowIfNull(topics);
        var found = new Dictionary<string, IReadOnlyList<ConfigDescription>>();
        foreach (var some in topics.Distinct().Chunk(TopicsAtATime))
        {
            var request = new DescribeConfigsRequest
            {
                Resources = [.. some.Select(topic => new DescribeConfigsRequest.DescribeConfigsResource
                {
                    ResourceType = (sbyte)ConfigResourceType.Topic,
                    ResourceName = topic,
                    ConfigurationKeys = names is null ? null : [.. names],
                })],
            };
            var results = await RunAsync(
                async token =>
                {
                    var connection = await _cluster.AnyAsync(token).ConfigureAwait(false);
                    var response = await connection
                        .CallAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, token)
                        .ConfigureAwait(false);
                    foreach (var each in response.Results.Where(each => !IsMissing(each.ErrorCode)))
                    {
                        Require(
                            each.ErrorCode, $"Describing the settings of topic '{each.ResourceName}'",
                            each.ErrorMessage);
                    }

                    return response.Results;
                },
                cancel).ConfigureAwait(false);
            foreach (var each in results.Where(each => each.ErrorCode == ErrorCode.None))
            {
                found[each.ResourceName] = [.. each.Configs.Select(Describe)];
            }
        }

        return found;
    }

    /// <summary>A broker's settings, with where each value comes from.</summary>
    public Task<IReadOnlyList<ConfigDescription>> DescribeBrokerConfigsAsync(
        int brokerId, CancellationToken cancel = default) =>
        DescribeConfigsAsync(ConfigResource.Broker(brokerId), names: null, cancel);

    /// <summary>Some or all settings, by name: value, source, synonyms, type and documentation.</summary>
    /// <param name="resource">Whose settings.</param>
    /// <param name="names">Which; null for all.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BrokerErrorException">E.g. there is no such topic.</exception>
    public Task<IReadOnlyList<ConfigDescription>> DescribeConfigsAsync(
        ConfigResource resource, IReadOnlyList<string>? names = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return RunAsync<IReadOnlyList<ConfigDescription>>(
            async token =>
            {
                var request = new DescribeConfigsRequest
                {
                    Resources =
                    [
                        new()
                        {
                            ResourceType = (sbyte)resource.Type,
                            ResourceName = resource.Name,
                            ConfigurationKeys = names is null ? null : [.. names],
                        },
                    ],
                    IncludeSynonyms = true,
                    IncludeDocumentation = true,
                };
                var connection = await OwnerAsync(resource, token).ConfigureAwait(false);
                var version = connection.ChooseVersion<DescribeConfigsRequest>();
                const short FirstWithSynonyms = 1;
                const short FirstWithDocumentation = 3;
                request.IncludeSynonyms = version >= FirstWithSynonyms;
                request.IncludeDocumentation = version >= FirstWithDocumentation;
                var response = await connection
                    .CallAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, token).ConfigureAwait(false);
                var result = response.Results.FirstOrDefault()
                    ?? throw new ProtocolViolationException($"{connection.Address} described nothing of {resource}.");
                Require(result.ErrorCode, $"Describing the settings of {resource}", result.ErrorMessage);
                return [.. result.Configs.OrderBy(each => each.Name, StringComparer.Ordinal).Select(Describe)];
            },
            cancel);
    }

    /// <summary>Changes what is listed and nothing else: sets, deletes, appends to or subtracts from lists.</summary>
    /// <exception cref="BrokerErrorException">The broker refused; then nothing was changed.</exception>
    public Task AlterConfigsAsync(
        ConfigResource resource, IEnumerable<ConfigChange> changes, CancellationToken cancel = default) =>
        AlterConfigsAsync(resource, changes, validateOnly: false, cancel);

    /// <summary>Changes settings, or only asks whether they could be changed.</summary>
    /// <exception cref="BrokerErrorException">The broker refused; then nothing was changed.</exception>
    public Task AlterConfigsAsync(
        ConfigResource resource,
        IEnumerable<ConfigChange> changes,
        bool validateOnly,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(changes);
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = (sbyte)resource.Type,
                    ResourceName = resource.Name,
                    Configs = [.. changes.Select(each => new IncrementalAlterConfigsRequest.AlterableConfig
                    {
                        Name = each.Name,
                        ConfigOperation = (sbyte)each.Operation,
                        Value = each.Value,
                    })],
                },
            ],
            ValidateOnly = validateOnly,
        };
        return RunAsync(
            async token =>
            {
                var connection = resource.BrokerId is null
                    ? await _cluster.ControllerAsync(token).ConfigureAwait(false)
                    : await OwnerAsync(resource, token).ConfigureAwait(false);
                var response = await connection
                    .CallAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, token)
                    .ConfigureAwait(false);
                foreach (var result in response.Responses)
                {
                    Require(result.ErrorCode, $"Changing the settings of {resource}", result.ErrorMessage);
                }

                return true;
            },
            cancel);
    }

    // Version 0 had no sources: what it calls a default is one, of anything else the source stays unknown.
    private static ConfigDescription Describe(DescribeConfigsResponse.DescribeConfigsResourceResult each) =>
        new(
            each.Name,
            each.Value,
            each.IsDefault ? ConfigSource.Default : SourceOf(each.ConfigSource),
            each.ReadOnly,
            each.IsSensitive)
        {
            Type = each.ConfigType is >= BooleanType and <= PasswordType
                ? (ConfigType)each.ConfigType
                : ConfigType.Unknown,
            Documentation = each.Documentation,
            Synonyms = [.. each.Synonyms.Select(
                synonym => new ConfigSynonym(synonym.Name, synonym.Value, SourceOf(synonym.Source)))],
        };

    private static ConfigSource SourceOf(sbyte source) =>
        source < 0 || !Enum.IsDefined((ConfigSource)source) ? ConfigSource.Unknown : (ConfigSource)source;

    /// <summary>One broker's settings are known to that broker; everything else to each.</summary>
    private Task<BrokerConnection> OwnerAsync(ConfigResource resource, CancellationToken cancel) =>
        resource.BrokerId is { } brokerId
            ? _cluster.BrokerAsync(brokerId, cancel)
            : _cluster.AnyAsync(cancel);
}
