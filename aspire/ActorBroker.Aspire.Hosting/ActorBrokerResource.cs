namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// A cluster of brokers. Its connection string names each of them: Kafka's <c>bootstrap.servers</c>,
/// <c>127.0.0.1:9092,127.0.0.1:9093</c>.
/// </summary>
/// <param name="name">The resource's name, and that of its connection string.</param>
/// <param name="listeners">Where Kafka clients reach the brokers.</param>
public sealed class ActorBrokerResource(string name, IReadOnlyList<EndpointReference> listeners)
    : Resource(name), IResourceWithConnectionString
{
    /// <summary>Where Kafka clients reach each broker.</summary>
    public IReadOnlyList<EndpointReference> Listeners { get; } = listeners;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            var expression = new ReferenceExpressionBuilder();
            foreach (var listener in Listeners)
            {
                if (!expression.IsEmpty)
                {
                    expression.AppendLiteral(",");
                }

                // Brokers listen on IPv4; localhost may mean IPv6 to a client.
                expression.AppendFormatted(listener.Property(EndpointProperty.IPV4Host));
                expression.AppendLiteral(":");
                expression.AppendFormatted(listener.Property(EndpointProperty.Port));
            }

            return expression.Build();
        }
    }
}
