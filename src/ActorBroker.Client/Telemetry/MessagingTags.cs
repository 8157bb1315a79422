using System.Diagnostics;
using System.Globalization;
using ActorBroker.Records;

namespace ActorBroker.Client.Telemetry;

/// <summary>
/// The attribute names of OpenTelemetry's messaging conventions, as spans and measurements share them. Version 1.45 of
/// the conventions renames some; these are the names from 1.29 on, which is what dashboards know.
/// </summary>
internal static class MessagingTags
{
    public const string System = "kafka";

    /// <summary>What every measurement of one operation says.</summary>
    public static TagList OfOperation(string name, string type, string topic, int partition, Exception? failure)
    {
        var tags = new TagList
        {
            { "messaging.system", System },
            { "messaging.operation.name", name },
            { "messaging.operation.type", type },
            { "messaging.destination.name", topic },
            { "messaging.destination.partition.id", partition.ToString(CultureInfo.InvariantCulture) },
        };
        if (failure is not null)
        {
            tags.Add("error.type", ErrorType(failure));
        }

        return tags;
    }

    /// <summary>What the measurement of a commit says.</summary>
    public static TagList OfCommit(string groupId, Exception? failure)
    {
        var tags = new TagList
        {
            { "messaging.system", System },
            { "messaging.operation.name", "commit" },
            { "messaging.operation.type", "settle" },
            { "messaging.consumer.group.name", groupId },
        };
        if (failure is not null)
        {
            tags.Add("error.type", ErrorType(failure));
        }

        return tags;
    }

    /// <summary>Kafka's error name where a broker refused, else the exception's type.</summary>
    public static string ErrorType(Exception failure) =>
        failure is BrokerErrorException refused ? refused.Code.Name() : failure.GetType().FullName!;
}
