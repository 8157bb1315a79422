using Microsoft.Extensions.DependencyInjection;

namespace ActorBroker.Client;

/// <summary>One call of <c>AddProducer</c>.</summary>
internal abstract class ProducerRegistration
{
    /// <summary>Makes its producer: what is missing for it fails here.</summary>
    public abstract void Open(ProducerPool pool);
}

/// <summary>One call of <c>AddProducer</c> for these types.</summary>
internal sealed class ProducerRegistration<TKey, TValue>(string topic, ProducerOptions options) : ProducerRegistration
{
    public string Topic => topic;

    public ProducerOptions Options => options;

    public override void Open(ProducerPool pool) => Producer(pool);

    public IProducer<TKey, TValue> Producer(ProducerPool pool) => pool.Get<TKey, TValue>(topic, options);

    public TopicProducer<TKey, TValue> TopicProducer(ProducerPool pool) => new(Producer(pool), topic);

    /// <summary>The registration that is meant where none is named by its topic.</summary>
    /// <param name="services">Has all of them.</param>
    /// <param name="isAnyTopicRight">Several topics are no question as long as their options are equal.</param>
    public static ProducerRegistration<TKey, TValue> Only(IServiceProvider services, bool isAnyTopicRight)
    {
        // The last call counts where one topic was added twice, as for any keyed service.
        var all = services.GetServices<ProducerRegistration>().OfType<ProducerRegistration<TKey, TValue>>()
            .GroupBy(each => each.Topic).Select(same => same.Last()).ToList();
        return all.Count == 1 || (isAnyTopicRight && all.All(each => each.Options == all[0].Options))
            ? all[0]
            : throw new InvalidOperationException(
                $"Producers of <{typeof(TKey).Name}, {typeof(TValue).Name}> were added for several topics: ask for " +
                $"one by [FromKeyedServices(\"{all[0].Topic}\")] " +
                $"({string.Join(", ", all.Select(each => each.Topic))}).");
    }
}
