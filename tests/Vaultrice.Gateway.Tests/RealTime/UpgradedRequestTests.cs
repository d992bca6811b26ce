using System.Net;
using System.Net.WebSockets;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>What the server keeps of a request while its socket lives.</summary>
public sealed class UpgradedRequestTests
{
    [Fact]
    public async Task Nothing_that_a_forgotten_request_said_is_kept()
    {
        var (before, after) = (new List<string>(), new List<string>());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(context =>
        {
            before = TextsOf(context.Features.GetRequiredFeature<IHttpRequestFeature>());
            UpgradedRequest.Forget(context);
            after = TextsOf(context.Features.GetRequiredFeature<IHttpRequestFeature>());
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "marked-known");
        client.DefaultRequestHeaders.Add("X-Id-Sig", "marked-unknown");
        using var answer = await client.GetAsync($"{app.Urls.Single()}/marked-path?auth=marked-query", TestContext.Current.CancellationToken);

        answer.EnsureSuccessStatusCode();
        foreach (var mark in new[] { "marked-known", "marked-unknown", "marked-path", "marked-query" })
            Assert.Contains(before, text => text.Contains(mark, StringComparison.Ordinal));
        Assert.DoesNotContain(after, text => text.Contains("marked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_socket_over_http_2_lives_on_when_its_request_is_forgotten()
    {
        var kept = new List<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            var stream = await WebSocketHandshake.Accept(context);
            UpgradedRequest.Forget(context);
            kept.AddRange(context.Request.Headers.Select(header => header.Key));
            await stream!.WriteAsync(Frames.Pong);
            await stream.ReadExactlyAsync(new byte[1]);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await client.ConnectAsync(new(app.Urls.Single().Replace("http", "ws", StringComparison.Ordinal) + "/?auth=x"), invoker, TestContext.Current.CancellationToken);

        var buffer = new byte[64];
        var received = await client.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask().Or("Nothing came");
        Assert.Equal("""{"event":"pong"}""", Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.Empty(kept);
        await client.SendAsync(buffer, WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
    }

    /// <summary>All texts that Kestrel's objects for a request lead to.</summary>
    private static List<string> TextsOf(object request)
    {
        var texts = new List<string>();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<object>([request]);
        while (waiting.TryDequeue(out var next))
        {
            if (next is string text)
                texts.Add(text);
            else if (next is StringValues values)
                texts.AddRange(values.OfType<string>());
            else if (next is IEnumerable<KeyValuePair<string, StringValues>> headers and not IHttpRequestFeature && !IsKestrels(next))
                texts.AddRange(headers.Select(header => header.Value.ToString()));
            else if (IsKestrels(next) && (next is ValueType || seen.Add(next)))
                FieldsOf(next).ForEach(waiting.Enqueue);
        }
        return texts;
    }

    private static bool IsKestrels(object instance) =>
        instance.GetType().FullName!.StartsWith("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.", StringComparison.Ordinal);

    private static List<object> FieldsOf(object instance)
    {
        var values = new List<object?>();
        for (var type = instance.GetType(); type is not null; type = type.BaseType)
            values.AddRange(type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Select(field => field.GetValue(instance)));
        return [.. values.OfType<object>()];
    }
}
