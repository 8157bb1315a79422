using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A broker refused a request, with one of Kafka's error codes.</summary>
public sealed class BrokerErrorException : KafkaException
{
    /// <summary>A refusal with <paramref name="code"/> of what <paramref name="operation"/> names.</summary>
    public BrokerErrorException(ErrorCode code, string operation, string? brokerMessage = null)
        : base(Describe(code, operation, brokerMessage)) =>
        Code = code;

    /// <summary>Kafka's error code.</summary>
    public ErrorCode Code { get; }

    /// <inheritdoc/>
    public override bool IsRetriable => Code.IsRetriable();

    private static string Describe(ErrorCode code, string operation, string? brokerMessage) =>
        string.IsNullOrEmpty(brokerMessage)
            ? $"{operation}: the broker answered {code.Name()}."
            : $"{operation}: the broker answered {code.Name()}: {brokerMessage}";
}
