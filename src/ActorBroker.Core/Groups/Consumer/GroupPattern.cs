using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>A regular expression that members of one group subscribe, and what it came to.</summary>
/// <param name="expression">The expression.</param>
/// <param name="parsed">The same, where it was parsed already; otherwise it is when it is first resolved.</param>
internal sealed class GroupPattern(string expression, TopicPattern? parsed)
{
    private TopicPattern? _pattern = parsed;
    private bool _isParsed = parsed is not null;

    /// <summary>What is stored of it; null before it was resolved for the first time.</summary>
    public ConsumerGroupRegularExpressionValue? Stored { get; set; }

    public IReadOnlyList<string> Topics => Stored is null ? [] : Stored.Topics;

    /// <summary>The topics that match now, in order. One that was stored by others and is not known here: as it was.
    /// </summary>
    public List<string> Resolve(IGroupTopics topics)
    {
        if (!_isParsed)
        {
            _isParsed = true;
            _pattern = TopicPattern.TryParse(expression, out var pattern, out _) ? pattern : null;
        }

        return _pattern is not null
            ? [.. topics.Names.Where(_pattern.Matches)]
            : [.. Topics.Where(topic => topics.Find(topic) is not null)];
    }
}
