using ActorBroker.Server;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>A test's share of time: a broker inside the process, started and stopped.</summary>
public class EmbeddedBenchmarks
{
    private EmbeddedBroker? _broker;

    [IterationCleanup(Target = nameof(StartAsync))]
    public void Stop() => _broker!.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark]
    [InvocationCount(1)]
    public async Task StartAsync() => _broker = await EmbeddedBroker.StartAsync();

    [Benchmark]
    public async Task StartAndStopAsync()
    {
        await using var broker = await EmbeddedBroker.StartAsync();
    }
}
