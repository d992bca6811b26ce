using System.Buffers;
using System.Collections.Concurrent;

namespace Vaultrice.Benchmarks.Floor;

/// <summary>Answers the calls that the load generator makes, in the shapes of the wire protocol.</summary>
internal sealed class FloorRequests
{
    // As long as a JWT is: carrying it on every request and in every socket's URL is the protocol's cost, not a server's.
    private static readonly byte[] _token = System.Text.Encoding.ASCII.GetBytes("floor-token".PadRight(385, '-'));

    private readonly ConcurrentDictionary<string, FloorObject> _objects;
    private readonly ConcurrentDictionary<string, FloorObject>.AlternateLookup<ReadOnlySpan<char>> _byKey;

    public FloorRequests()
    {
        _objects = new ConcurrentDictionary<string, FloorObject>(StringComparer.Ordinal);
        _byKey = _objects.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public Task AnswerAsync(HttpContext context)
    {
        var path = new FloorPath(context.Request.Path.Value ?? "/");
        return path.Area switch
        {
            "cache" => AnswerCacheAsync(context, path),
            "ws" => AnswerSocketAsync(context, Find(path)),
            "auth" => Write(context, _token, "text/plain"),
            _ => Refuse(context, context.Request.Path == "/health/ready" ? 200 : 404),
        };
    }

    private Task AnswerCacheAsync(HttpContext context, in FloorPath path)
    {
        if (context.Request.Headers.Authorization.Count == 0) return Refuse(context, 401);
        if (path.ObjectKey.IsEmpty) return Refuse(context, 404);

        var found = Find(path);
        if (HttpMethods.IsPost(context.Request.Method)) return AnswerPostAsync(context, path, found);
        if (!HttpMethods.IsGet(context.Request.Method)) return Refuse(context, 405);
        return found.Get(path.Name) is { } item ? Write(context, item) : Refuse(context, 404);
    }

    private static async Task AnswerPostAsync(HttpContext context, FloorPath path, FloorObject target)
    {
        var reader = context.Request.BodyReader;
        var read = await reader.ReadAsync(context.RequestAborted);
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(context.RequestAborted);
        }

        var buffer = read.Buffer;
        await Apply(context, path, target, buffer.IsSingleSegment ? buffer.FirstSpan : buffer.ToArray());
        reader.AdvanceTo(buffer.End);
    }

    private static Task Apply(HttpContext context, in FloorPath path, FloorObject target, ReadOnlySpan<byte> body)
    {
        if (path.Name.IsEmpty) return Write(context, target.SetMany(body));
        if (!FloorBody.TryRead(body, out var value)) return Refuse(context, 400);

        return path.Operation switch
        {
            "" => Write(context, target.Set(path.Name, value)),
            "increment" => target.Increment(path.Name, value) is { } item ? Write(context, item) : Refuse(context, 400),
            _ => Refuse(context, 404),
        };
    }

    private static async Task AnswerSocketAsync(HttpContext context, FloorObject target)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Refuse(context, 400);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await new FloorSocket(socket, target).RunAsync(context.RequestAborted);
    }

    private FloorObject Find(in FloorPath path) =>
        _byKey.TryGetValue(path.ObjectKey, out var found)
            ? found
            : _objects.GetOrAdd(path.ObjectKey.ToString(), static _ => new FloorObject());

    private static Task Write(HttpContext context, ReadOnlySpan<byte> body, string contentType = "application/json")
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        context.Response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
