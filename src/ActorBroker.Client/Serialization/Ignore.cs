namespace ActorBroker.Client;

/// <summary>
/// The type of a key or value that is of no interest: written as null, and skipped unread whatever it is.
/// </summary>
public readonly record struct Ignore;
