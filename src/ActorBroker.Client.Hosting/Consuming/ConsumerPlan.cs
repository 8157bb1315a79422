namespace ActorBroker.Client;

/// <summary>One call of <c>AddConsumer</c>: what to read, as whom, and how to handle it.</summary>
internal sealed record ConsumerPlan(string Topic, ConsumerOptions Consumer, RecordHandlingOptions Handling)
{
    public string Group => Consumer.GroupId!;

    /// <exception cref="ArgumentException">The options contradict the call, or what a handler is promised.</exception>
    public static ConsumerPlan For(
        string topic, string group, ConsumerOptions? options, RecordHandlingOptions? handling)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentException.ThrowIfNullOrEmpty(group);
        options ??= new ConsumerOptions();
        handling ??= new RecordHandlingOptions();
        handling.Validate();
        if (options.GroupId is not null && options.GroupId != group)
        {
            throw new ArgumentException(
                $"The options name the group '{options.GroupId}', and the call '{group}'.", nameof(options));
        }

        return options.EnableAutoCommit
            ? new ConsumerPlan(topic, options with { GroupId = group }, handling)
            : throw new ArgumentException(
                "Records are committed when their handlers have ended: EnableAutoCommit must not be off.",
                nameof(options));
    }
}
