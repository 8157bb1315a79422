using System.Text.RegularExpressions;

namespace ActorBroker.Client.Groups;

/// <summary>What a member subscribes to: topics, an expression of its own, or one that the broker evaluates.</summary>
internal sealed record GroupSubscription(
    IReadOnlyList<string>? Topics, Regex? Pattern, SubscriptionPattern? BrokerPattern, RebalanceHandlers Handlers);
