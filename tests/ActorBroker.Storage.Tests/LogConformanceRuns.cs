using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

public sealed class LogOnThePhysicalDisk() : LogConformance(TestDisk.Physical());

public sealed class LogOnTheMemoryDisk() : LogConformance(TestDisk.Memory());
