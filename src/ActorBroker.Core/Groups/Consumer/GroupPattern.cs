using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>A regular expression that members of one group subscribe, and what it came to.</summary>
internal sealed class GroupPattern(string expression)
{
    private TopicPattern? _pattern;
    private bool _isParsed;

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
