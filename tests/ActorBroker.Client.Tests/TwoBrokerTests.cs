using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Client.Tests;

/// <summary>A client and two brokers, which answer as the test says and tell the same metadata.</summary>
public abstract class TwoBrokerTests : IAsyncDisposable
{
    /// <param name="optionsFor">
    /// The client's options, given the brokers' addresses; null: it starts at the first one, and retries at once.
    /// </param>
    private protected TwoBrokerTests(Func<string, string, ClientOptions>? optionsFor = null)
    {
        Both<MetadataRequest, MetadataResponse>((_, request) => Describe(request));
        Client = new KafkaClient(optionsFor?.Invoke(First.Address, Second.Address) ?? new ClientOptions
        {
            BootstrapServers = First.Address,
            RetryBackoff = TimeSpan.FromMilliseconds(1),
        });
    }

    private protected FakeBroker First { get; } = new(1);

    private protected FakeBroker Second { get; } = new(2);

    private protected KafkaClient Client { get; }

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract MetadataResponse Describe(MetadataRequest request);

    private protected void Both<TRequest, TResponse>(
        Func<FakeBroker, TRequest, TResponse> answer, short? highest = null)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        First.Answer<TRequest, TResponse>(request => answer(First, request), highest);
        Second.Answer<TRequest, TResponse>(request => answer(Second, request), highest);
    }
}
