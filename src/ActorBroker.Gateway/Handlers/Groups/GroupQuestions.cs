namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>Requests that ask about many groups.</summary>
internal static class GroupQuestions
{
    /// <summary>So many wait at a time, so that one request cannot fill a coordinator's mailbox.</summary>
    public const int AtOnce = 100;

    /// <summary>Asks about each, some at a time; the answers in the order of the questions.</summary>
    public static async Task<List<TAnswer>> AskAsync<T, TAnswer>(
        IReadOnlyCollection<T> all, Func<T, Task<TAnswer>> ask)
    {
        var answers = new List<TAnswer>(all.Count);
        foreach (var some in all.Chunk(AtOnce))
        {
            answers.AddRange(await Task.WhenAll(some.Select(ask)).ConfigureAwait(false));
        }

        return answers;
    }
}
