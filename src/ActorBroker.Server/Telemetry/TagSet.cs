namespace ActorBroker.Server.Telemetry;

/// <summary>The tags of one series. Found by a span of tags without making one.</summary>
internal sealed class TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
{
    private readonly KeyValuePair<string, object?>[] _tags = tags.ToArray();

    /// <summary>The tags, in the order of the measurement.</summary>
    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    /// <summary>Compares by names and values.</summary>
    public static TagSetComparer Comparer { get; } = new();

    /// <summary>Compares sets with each other and with spans.</summary>
    internal sealed class TagSetComparer : IEqualityComparer<TagSet>,
        IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public bool Equals(TagSet? x, TagSet? y) => x is null ? y is null : y is not null && Equals(x._tags, y);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other._tags.Length)
            {
                return false;
            }

            for (var index = 0; index < alternate.Length; index++)
            {
                var (name, value) = other._tags[index];
                if (alternate[index].Key != name || !Equals(alternate[index].Value, value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(TagSet obj) => GetHashCode((ReadOnlySpan<KeyValuePair<string, object?>>)obj._tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = alternate.Length;
            foreach (var (_, value) in alternate)
            {
                hash = (hash * 31) + (value?.GetHashCode() ?? 0);
            }

            return hash;
        }

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);
    }
}
