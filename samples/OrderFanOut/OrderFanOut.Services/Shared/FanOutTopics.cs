using ActorBroker.Client;
using ActorBroker.Records;
using Microsoft.Extensions.Hosting;

namespace OrderFanOut.Services;

/// <summary>
/// Creates the topics where they are not there yet, whichever service starts first. It keeps nobody from starting: the
/// broker may come up later.
/// </summary>
public sealed class FanOutTopics(KafkaClient client) : BackgroundService
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until the topics are there.</summary>
    public Task ReadyAsync(CancellationToken cancel) => _ready.Task.WaitAsync(cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var compacted = new Dictionary<string, string> { ["cleanup.policy"] = "compact" };
        await CreateAsync(new NewTopic { Name = Topics.Orders, Partitions = 6 }, stoppingToken);
        await CreateAsync(new NewTopic { Name = Topics.Steps, Partitions = 6 }, stoppingToken);
        await CreateAsync(new NewTopic { Name = Topics.Paces, Partitions = 1, Configs = compacted }, stoppingToken);
        _ready.SetResult();
    }

    private async Task CreateAsync(NewTopic topic, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await client.Admin.CreateTopicAsync(topic, cancel);
                return;
            }
            catch (BrokerErrorException refused) when (refused.Code == ErrorCode.TopicAlreadyExists)
            {
                return;
            }
            catch (KafkaException failure) when (failure.IsRetriable)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancel);
            }
        }
    }
}
