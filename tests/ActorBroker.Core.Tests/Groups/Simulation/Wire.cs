using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>
/// A client's connection: requests arrive in their order, one at a time, or not at all. What was on its way when the
/// client gave up never arrives. The protocol of KIP-848 counts on that: a report of what a member owns is not
/// numbered, so one from the past would take partitions from their owner.
/// </summary>
internal sealed class Wire(GroupWorld world, string name)
{
    private const int PatienceMs = 2_000;

    private int _connection;

    /// <summary>The client's process is gone, and its connection.</summary>
    public void Break() => _connection++;

    public void Send<T>(
        string what,
        Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask,
        Action<T> onAnswer,
        Action onLost,
        int patienceMs = PatienceMs)
    {
        var connection = ++_connection;
        var life = world.Coordinator.Life;
        world.After(patienceMs, () => Lose("no answer"));
        if (world.HasFaults && world.Chance(0.04))
        {
            world.Say($"{name} {what}: lost");
            return;
        }

        world.After(Latency(), () =>
        {
            if (connection != _connection)
            {
                return;
            }

            if (life != world.Coordinator.Life)
            {
                Lose("connection broken");
                return;
            }

            world.Say($"{name} {what}");
            if (world.HasFaults && world.Chance(0.04))
            {
                world.Coordinator.Ask<T>($"{name} {what} (twice)", ask);
            }

            world.Coordinator.Ask<T>($"{name} {what}", ask, Answer, () => Lose("gone"));
        });

        void Answer(T result)
        {
            if (world.HasFaults && world.Chance(0.04))
            {
                world.Say($"{name} {what}: answer lost");
                return;
            }

            world.After(Latency(), () =>
            {
                if (connection == _connection)
                {
                    _connection++;
                    onAnswer(result);
                }
            });
        }

        void Lose(string why)
        {
            if (connection == _connection)
            {
                _connection++;
                world.Say($"{name} {what}: {why}");
                onLost();
            }
        }
    }

    private int Latency() => world.HasFaults && world.Chance(0.1) ? world.Random.Next(1_000) : world.Random.Next(1, 5);
}
