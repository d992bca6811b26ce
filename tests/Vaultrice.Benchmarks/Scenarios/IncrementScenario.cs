using System.Text.Json;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>64 connections increment one item of one object; none may be lost.</summary>
internal sealed class IncrementScenario : IScenario
{
    private const int Connections = 64;

    private static readonly Row _row = new("increments, one hot object", "op/s", Aim.OfFloor(0.5));

    public string Name => "increments";

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var path = $"/cache{Values.PathOf(Values.FreshId("hot"))}/counter";
        var request = RequestTemplate.Post(target, $"{path}/increment", """{"value":1}""");
        long acknowledged = 0;
        bool Accepts(in HttpReply reply) => Interlocked.Increment(ref acknowledged) > 0;

        var loop = new ClosedLoop(target, Connections, duration);
        var figures = await loop.RunAsync(_ => (() => request.Bytes, Accepts), cancellation);

        using var connection = await HttpConnection.OpenAsync(target, cancellation);
        using var item = JsonDocument.Parse((await connection.CallOkAsync(RequestTemplate.Get(target, path))).Body);
        var value = item.RootElement.GetProperty("value").GetDouble();
        if (value != acknowledged)
            throw new LoadException($"{acknowledged} increments were acknowledged, the value is {value}.");
        return [new Sample(_row, figures)];
    }
}
