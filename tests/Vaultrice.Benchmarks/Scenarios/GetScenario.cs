using System.Text;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>64 connections read 100-byte values from 1,000 objects of 10 items.</summary>
internal sealed class GetScenario : IScenario
{
    private const int Connections = 64;
    private const int Objects = 1000;
    private const int Items = 10;

    private static readonly Row _row = new("get", "op/s", Aim.OfFloor(0.8));
    private static readonly byte[] _value = Encoding.UTF8.GetBytes($"\"value\":\"{Values.Filler}\"");

    private long _next;

    public string Name => "get";

    public async Task PrepareAsync(Target target, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.OpenAsync(target, cancellation);
        var items = Enumerable.Range(0, Items).Select(i => $"\"item-{i}\":{{\"value\":\"{Values.Filler}\"}}");
        var body = $"{{{string.Join(',', items)}}}";
        for (var i = 0; i < Objects; i++)
            await connection.CallOkAsync(RequestTemplate.Post(target, $"/cache/{Values.Class}/get-{i:D4}", body));
    }

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var figures = await new ClosedLoop(target, Connections, duration).RunAsync(_ => Worker(target), cancellation);
        return [new Sample(_row, figures)];
    }

    private (NextRequest Next, Accepts Accepts) Worker(Target target)
    {
        var request = RequestTemplate.Get(target, $"/cache/{Values.Class}/get-OOOO/item-I");
        var (id, name) = (request.Find("OOOO"), request.Find("-I ") + 1);
        ReadOnlyMemory<byte> Next()
        {
            var number = Interlocked.Increment(ref _next);
            request.WriteDigits(id, 4, number % Objects);
            request.WriteDigits(name, 1, number / Objects);
            return request.Bytes;
        }

        return (Next, static (in HttpReply reply) => reply.Body.Span.IndexOf(_value) >= 0);
    }
}
