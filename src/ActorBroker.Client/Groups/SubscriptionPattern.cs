namespace ActorBroker.Client;

/// <summary>
/// A regular expression that the broker evaluates (RE2, <see cref="GroupProtocol.Consumer"/> only): new topics need no
/// look-up by members.
/// </summary>
/// <param name="Pattern">The expression; it must match a topic's whole name.</param>
public sealed record SubscriptionPattern(string Pattern);
