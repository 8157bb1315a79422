using System.Globalization;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>What happened, one line per event, the latest kept; shown when something is wrong.</summary>
internal sealed class Trace(int seed)
{
    private const int LinesMax = 400;

    private readonly Queue<string> _lines = new();

    public void Add(long nowMs, string what)
    {
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{nowMs,9} {what}"));
        if (_lines.Count > LinesMax)
        {
            _lines.Dequeue();
        }
    }

    /// <summary>Fails the test where something that must hold does not, with the seed and the story so far.</summary>
    public void Require(bool holds, string what)
    {
        if (!holds)
        {
            Assert.Fail($"seed {seed}: {what}\n{string.Join('\n', _lines)}");
        }
    }
}
