namespace OrderFanOut.Services;

/// <summary>A service has done its part for an order.</summary>
public sealed record OrderStep(string Service, string Result);
