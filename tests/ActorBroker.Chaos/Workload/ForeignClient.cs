using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorBroker.Chaos.Checking;
using ActorBroker.TestSupport;

namespace ActorBroker.Chaos.Workload;

/// <summary>
/// confluent-kafka over librdkafka as a process: <c>tests/clients/confluent_chaos.py</c> tells line by line what it
/// does and is told. One that ends by itself, for a failure that it takes for fatal, is followed by another.
/// </summary>
internal sealed class ForeignClient(
    Recorder recorder, string name, string role, string bootstrap, string topic, string? group, int recordsPerTurn)
    : IWorker
{
    // Debian's Python clients belong to Debian's own interpreter, which need not be the first one on PATH.
    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<int, ReadingRecorder> _readings = [];
    private readonly bool _isProducer = role == "produce";
    private ProducerRecorder? _log;

    public string Name => name;

    public string? Reader => _isProducer ? null : group ?? name;

    /// <summary>Why this machine can't run it; null where it can.</summary>
    public static async Task<string?> MissingAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import confluent_kafka"])
            {
                RedirectStandardError = true,
            })!;
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? null : errors.TrimEnd().Split('\n')[^1];
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return failure.Message;
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await RunOnceAsync(stop);
        }
    }

    private async Task RunOnceAsync(CancellationToken stop)
    {
        _log = _isProducer ? recorder.NewProducer() : null;
        _readings.Clear();
        using var process = Start();
        try
        {
            await using var _ = stop.Register(() => Terminate(process));
            await process.StandardInput.WriteAsync(new JsonObject
            {
                ["bootstrap"] = bootstrap,
                ["topic"] = topic,
                ["partitions"] = recorder.Partitions,
                ["producer"] = _log?.Index,
                ["group"] = group,
                ["recordsPerTurn"] = recordsPerTurn,
            }.ToJsonString());
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            {
                Take(line.Split(' ', 5));
            }

            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(StopPatience, CancellationToken.None);
            if (process.ExitCode != 0)
            {
                recorder.Remark($"{Name} ended with {process.ExitCode}: {(await errors).TrimEnd()}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private Process Start()
    {
        var script = Path.Combine(RepositoryPaths.Root, "tests", "clients", "confluent_chaos.py");
        var start = new ProcessStartInfo(Python, [script, role])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(start)!;
    }

    private static void Terminate(Process process)
    {
        if (!process.HasExited)
        {
            UnixSignals.Terminate(process.Id);
        }
    }

    /// <summary>The script's header says what each letter means.</summary>
    private void Take(string[] words)
    {
        switch (words[0])
        {
            case "s":
                _log!.Sent(Number(words[1]));
                break;
            case "a":
                _log!.Acknowledged(new RecordId(_log.Index, Number(words[1])), Number(words[2]));
                break;
            case "b":
                var partition = Number(words[1]);
                _readings[partition] = recorder.NewReading(Reader!, Name, partition);
                break;
            case "r":
                _readings[Number(words[1])].Add(Number(words[2]), RecordId.FromText(words[3]));
                break;
            case "c":
                recorder.Committed(group!, Number(words[1]), Number(words[2]));
                break;
            case "e":
                recorder.Remark($"{Name}: {string.Join(' ', words.Skip(1))}");
                break;
            default:
                throw new InvalidOperationException($"{Name} said '{string.Join(' ', words)}'.");
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
