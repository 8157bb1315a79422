namespace OrderFanOut.Services;

/// <summary>What the page shows.</summary>
/// <param name="Placed">How many orders were placed here.</param>
/// <param name="Done">How many of them every service has handled.</param>
/// <param name="PerSecond">How many orders are placed by themselves.</param>
/// <param name="Groups">The services.</param>
/// <param name="Orders">The newest orders, the newest first.</param>
public sealed record BoardView(
    int Placed, int Done, int PerSecond, IReadOnlyList<GroupView> Groups, IReadOnlyList<OrderView> Orders);

/// <summary>A service as a consumer group.</summary>
/// <param name="Name">The group.</param>
/// <param name="Topic">What it reads.</param>
/// <param name="Lag">How many records it is behind; null before it was asked for.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="Handled">How many orders it has handled.</param>
/// <param name="Pace">Its pace.</param>
public sealed record GroupView(string Name, string Topic, long? Lag, int Members, int Handled, string Pace);

/// <summary>An order and what was done for it, by service.</summary>
public sealed record OrderView(
    string Id, string Customer, string Item, int Count, decimal Total, IReadOnlyDictionary<string, string> Steps);
