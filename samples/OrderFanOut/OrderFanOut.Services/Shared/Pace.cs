namespace OrderFanOut.Services;

/// <summary>How fast a service works: a wish of the page.</summary>
public enum Pace
{
    Full,

    /// <summary>A pause before each order.</summary>
    Slow,

    Paused,
}
