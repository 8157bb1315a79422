using System.Diagnostics;
using System.Text;

namespace ActorBroker.TestSupport;

/// <summary>Gathers what a process prints, and waits for lines.</summary>
public sealed class ProcessOutput
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly List<(Func<string, bool> Match, TaskCompletionSource<string> Found)> _waits = [];
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;

    /// <summary>All that was printed so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Ends when the process has closed the stream.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Takes a line; null when the stream ends.</summary>
    public void Add(object sender, DataReceivedEventArgs received)
    {
        var line = received.Data;
        List<TaskCompletionSource<string>> found = [];
        lock (_lock)
        {
            if (line is null)
            {
                _isOver = true;
            }
            else
            {
                _lines.Add(line);
                _text.AppendLine(line);
            }

            foreach (var wait in _waits.Where(wait => line is null || wait.Match(line)).ToArray())
            {
                _waits.Remove(wait);
                found.Add(wait.Found);
            }
        }

        found.ForEach(source => Complete(source, line));
        if (line is null)
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>The first line that matches, past or to come; a fault when the stream ends without one.</summary>
    public Task<string> WaitForLineAsync(Func<string, bool> match)
    {
        var source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            var known = _lines.Find(line => match(line));
            if (known is not null || _isOver)
            {
                Complete(source, known);
            }
            else
            {
                _waits.Add((match, source));
            }
        }

        return source.Task;
    }

    private static void Complete(TaskCompletionSource<string> source, string? line)
    {
        if (line is null)
        {
            source.TrySetException(new EndOfStreamException("The process ended without the line that was waited for."));
        }
        else
        {
            source.TrySetResult(line);
        }
    }
}
