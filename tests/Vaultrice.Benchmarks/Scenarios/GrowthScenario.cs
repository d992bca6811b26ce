using System.Globalization;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>Overwrites items of one object that holds 10 to 10,000: a write should not cost more in a large one.</summary>
internal sealed class GrowthScenario : IScenario
{
    private const int Connections = 16;
    private const int Batch = 100;

    private static readonly int[] _sizes = [10, 100, 1000, 10_000];
    private static readonly Row _flatness = new(
        "write, 10,000 items against 10", "share", new Aim("flat: ≥ 0.9", (ours, _, _) => ours.Value >= 0.9));

    public string Name => "growth";

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var samples = new List<Sample>();
        foreach (var size in _sizes)
        {
            var path = $"/cache{Values.PathOf(Values.FreshId("grown"))}";
            await FillAsync(target, path, size, cancellation);
            var figures = await new ClosedLoop(target, Connections, duration / 2)
                .RunAsync(index => Worker(target, path, size, index), cancellation);
            var row = new Row(string.Create(CultureInfo.InvariantCulture, $"write, object of {size:N0} items"), "op/s");
            samples.Add(new Sample(row, figures));
        }

        samples.Add(new Sample(_flatness, new Figures(samples[^1].Figures.Value / samples[0].Figures.Value)));
        return samples;
    }

    private static async Task FillAsync(Target target, string path, int size, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.OpenAsync(target, cancellation);
        for (var from = 0; from < size; from += Batch)
        {
            var items = Enumerable.Range(from, Math.Min(Batch, size - from))
                .Select(i => $"\"item-{i:D5}\":{{\"value\":\"{Values.Filler}\"}}");
            await connection.CallOkAsync(RequestTemplate.Post(target, path, $"{{{string.Join(',', items)}}}"));
        }
    }

    private static (NextRequest Next, Accepts Accepts) Worker(Target target, string path, int size, int index)
    {
        var random = new Random(index);
        var request = RequestTemplate.Post(target, $"{path}/item-IIIII", $$"""{"value":"{{Values.Filler}}"}""");
        var name = request.Find("IIIII");
        ReadOnlyMemory<byte> Next()
        {
            request.WriteDigits(name, 5, random.Next(size));
            return request.Bytes;
        }

        return (Next, static (in HttpReply reply) => reply.Body.Length > Values.Length);
    }
}
