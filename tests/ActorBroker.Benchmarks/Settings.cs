using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace ActorBroker.Benchmarks;

/// <summary>
/// Everything is measured in this very process: nothing has to be generated, restored and built, so the benchmarks run
/// where there is no network, under the settings of this project.
/// </summary>
internal sealed class Settings : ManualConfig
{
    public Settings()
    {
        AddJob(Job.ShortRun
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationCount(10)
            .WithIterationTime(TimeInterval.FromMilliseconds(100)));
        HideColumns(Column.Error, Column.InvocationCount, Column.UnrollFactor);
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
    }
}
