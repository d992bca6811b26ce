using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>64 connections write 100-byte values to 20 items in each of 1,000 objects: new at first, overwritten from then on.</summary>
internal sealed class SetScenario : IScenario
{
    private const int Connections = 64;
    private const int Objects = 1000;
    private const int Items = 20;
    private const int Checked = 50;

    private static readonly Row _row = new("set", "op/s", Aim.OfFloor(0.6));

    // Shared by all rounds and both servers, so that every write has a value of its own.
    private long _next;

    public string Name => "set";

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var first = _next;
        var figures = await new ClosedLoop(target, Connections, duration).RunAsync(_ => Worker(target), cancellation);
        // Of the items written last, half are sure not to have been overwritten since.
        var newest = Math.Max(first, _next - (Objects * Items / 2));
        await VerifyAsync(target, newest, _next - newest, cancellation);
        return [new Sample(_row, figures)];
    }

    private (NextRequest Next, Accepts Accepts) Worker(Target target)
    {
        var body = $$"""{"value":"NNNNNNNNNN{{Values.Filler[10..]}}"}""";
        var request = RequestTemplate.Post(target, $"/cache/{Values.Class}/set-OOOO/item-IIIIIIII", body);
        var (id, name, value) = (request.Find("OOOO"), request.Find("IIIIIIII"), request.Find("NNNNNNNNNN"));
        ReadOnlyMemory<byte> Next()
        {
            var number = Interlocked.Increment(ref _next) - 1;
            request.WriteDigits(id, 4, number % Objects);
            request.WriteDigits(name, 8, number / Objects % Items);
            request.WriteDigits(value, 10, number);
            return request.Bytes;
        }

        return (Next, static (in HttpReply reply) => reply.Body.Length > Values.Length);
    }

    /// <summary>Reads back some of the written items, spread over the run.</summary>
    private static async Task VerifyAsync(Target target, long first, long count, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.OpenAsync(target, cancellation);
        for (var i = 0; i < Math.Min(Checked, count); i++)
        {
            var number = first + (i * count / Checked);
            var path = $"/cache/{Values.Class}/set-{number % Objects:D4}/item-{number / Objects % Items:D8}";
            var reply = await connection.CallOkAsync(RequestTemplate.Get(target, path));
            if (!reply.Text.Contains($"{{\"value\":\"{number:D10}{Values.Filler[10..]}\"", StringComparison.Ordinal))
                throw new LoadException($"Item {number} was answered and is not what was written: {reply.Text}");
        }
    }
}
