using System.Globalization;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>Overwrites items of one object that holds 10 to 10,000: a write should not cost more in a large one.</summary>
internal sealed class GrowthScenario : IScenario
{
    private const int Connections = 16;
    private const int Batch = 100;
    private const int Slices = 3;

    private static readonly int[] _sizes = [10, 100, 1000, 10_000];
    private static readonly Row[] _rows =
        [.. _sizes.Select(size => new Row(string.Create(CultureInfo.InvariantCulture, $"write, object of {size:N0} items"), "op/s"))];

    private static readonly Row _flatness = new(
        "write, 10,000 items against 10", "share", new Aim("flat: ≥ 0.9", (ours, _, _) => ours.Value >= 0.9));

    public string Name => "growth";

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var paths = _sizes.Select(_ => $"/cache{Values.PathOf(Values.FreshId("grown"))}").ToArray();
        for (var i = 0; i < paths.Length; i++) await FillAsync(target, paths[i], _sizes[i], cancellation);

        // Sizes take turns in short slices, so that a slow second of the machine falls on all of them.
        var samples = new List<Sample>();
        for (var slice = 0; slice < Slices; slice++)
        {
            var figures = new List<Figures>();
            for (var i = 0; i < paths.Length; i++)
            {
                var (path, size) = (paths[i], _sizes[i]);
                figures.Add(await new ClosedLoop(target, Connections, duration / (2 * Slices))
                    .RunAsync(worker => Worker(target, path, size, worker), cancellation));
            }

            samples.AddRange(_rows.Zip(figures, (row, found) => new Sample(row, found)));
            samples.Add(new Sample(_flatness, new Figures(figures[^1].Value / figures[0].Value)));
        }

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
