namespace ActorBroker.Client.Networking;

/// <summary>Which versions of each API one broker serves.</summary>
internal sealed class ApiVersionTable(IReadOnlyDictionary<short, (short Min, short Max)> served)
{
    /// <summary>The highest version that both ends know; false where there is none.</summary>
    public bool TryChoose(short apiKey, short clientMin, short clientMax, out short version)
    {
        version = -1;
        if (!served.TryGetValue(apiKey, out var range))
        {
            return false;
        }

        var highest = Math.Min(range.Max, clientMax);
        if (highest < Math.Max(range.Min, clientMin))
        {
            return false;
        }

        version = highest;
        return true;
    }
}
