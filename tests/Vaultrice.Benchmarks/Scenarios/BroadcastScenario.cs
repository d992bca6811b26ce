using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>Writes to objects with listening sockets: how many events arrive, and how fast one does.</summary>
/// <param name="title">What the rows call it.</param>
/// <param name="inFlight">Writes on their way at once in the saturated part.</param>
/// <param name="pacedPerSecond">Writes per second in the paced part.</param>
internal sealed class BroadcastScenario(
    string name, string title, int objects, int socketsPerObject, int inFlight, double pacedPerSecond) : IScenario
{
    private readonly Row _saturated = new($"{title}, saturated", "delivered/s", Aim.OfFloor(0.7));
    private readonly Row _paced = new(
        FormattableString.Invariant($"{title}, {pacedPerSecond} writes/s"),
        "ms p50",
        new Aim("p50 within 1 ms of the floor's", (ours, floor, _) => ours.P50 <= floor.P50 + 1));

    public string Name => name;

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var paths = Enumerable.Range(0, objects).Select(_ => Values.PathOf(Values.FreshId(name))).ToList();
        await using var audience = await Audience.OpenAsync(target, paths, socketsPerObject, cancellation);
        var publisher = new Publisher(target, paths, socketsPerObject, duration);

        var saturated = await publisher.SaturateAsync(audience, inFlight, cancellation);
        await audience.VerifyAsync(publisher.Written, cancellation);
        var paced = await publisher.PaceAsync(audience, pacedPerSecond, cancellation);
        return [new Sample(_saturated, saturated), new Sample(_paced, paced with { Value = paced.P50 })];
    }
}
