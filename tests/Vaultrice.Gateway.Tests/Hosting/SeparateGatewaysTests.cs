using System.Security.Cryptography;
using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Silo;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>One silo and two gateways, each a process of its own.</summary>
public sealed class SeparateGatewaysTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Items_events_messages_and_presence_cross_from_gateway_to_gateway()
    {
        var port = LocalPorts.Free();
        await using var silo = ServerProcess.LaunchSilo(_folder.Path, port);
        await silo.Started();
        await using var first = ServerProcess.LaunchGateway(port);
        await using var second = ServerProcess.LaunchGateway(port);
        await Task.WhenAll(first.Ready(), second.Ready());

        using var firstHttp = Calls.ClientOf(first.Address);
        using var secondHttp = Calls.ClientOf(second.Address);
        var id = Guid.NewGuid().ToString("N");
        var here = new Calls(firstHttp, TestServer.ProjectId, "c", id);
        var there = new Calls(secondHttp, TestServer.ProjectId, "c", id);
        var target = $"{here.SocketPath}?auth={Uri.EscapeDataString(TestServer.Basic)}";
        await using var hereSocket = await WireSocket.Dial(first.Address, target);
        await using var thereSocket = await WireSocket.Dial(second.Address, target);
        await hereSocket.ReceiveGreeting("connected");
        await thereSocket.ReceiveGreeting("connected");

        (await here.Set("a", "1")).Ok();
        Assert.Equal("1", (await there.Get("a")).Ok().Value);
        await hereSocket.ReceiveEvent("setItem");
        await thereSocket.ReceiveEvent("setItem");

        await hereSocket.Send("""{"event":"message","payload":"over there"}""");
        Assert.Equal("""{"event":"message","payload":"over there"}""", await thereSocket.ReceiveText("The message did not cross"));

        await thereSocket.Send("""{"event":"presence:join","payload":"there"}""");
        await hereSocket.ReceiveEvent("presence:join");
        await thereSocket.ReceiveEvent("presence:join");
        Assert.Single((await here.Presence()).Ok().Json.EnumerateArray());

        // A token of one gateway is good at the other.
        var token = (await here.Token()).Ok().Body;
        (await there.SendAs("Bearer " + token, "GET", $"cache/{there.ObjectPath}/a")).Ok();

        // What one gateway holds goes on when another one leaves.
        var closing = thereSocket.ReceiveClose(1012);
        await second.Stop();
        await closing;
        (await here.Set("b", "2")).Ok();
        await using var back = await WireSocket.Dial(first.Address, target);
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{thereSocket.ConnectionId}\"}}");
        await back.ReceiveGreeting("resume:ack");
        while ((await back.ReceiveText("What was missed did not come")) is var text && !text.Contains("\"prop\":\"b\"", StringComparison.Ordinal))
        {
            // Repeated, because the other gateway had no time to learn that it had arrived.
        }
        await first.Stop();
        await silo.Stop();
        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, silo.ExitCode));
    }

    [Fact]
    public async Task The_administration_works_through_a_separate_gateway()
    {
        var port = LocalPorts.Free();
        await using var silo = ServerProcess.LaunchSilo(_folder.Path, port);
        await silo.Started();
        await using var gateway = ServerProcess.LaunchGateway(port);
        await gateway.Ready();
        using var http = Calls.ClientOf(gateway.Address);
        var root = new AdminCalls(http);

        var account = (await root.Post("accounts", new { name = "tenant" })).Ok(201).Json.GetProperty("accountId").GetString()!;
        (await root.Put($"accounts/{account}", new { name = "renamed" })).Ok();
        var made = (await root.Post("tokens", new { role = "owner", accountId = account })).Ok(201).Json;
        var admin = root.As(made.GetProperty("token").GetString());
        var project = await admin.NewProject();
        (await root.Put($"projects/{project}", new { name = "shop", limits = new { requestsPerSecond = 1e6 } })).Ok();
        var key = await admin.NewKey(project, new { origins = new[] { "https://a.example" }, scopes = new { classes = new[] { "c" } } });
        await admin.PatchKey(key, new { origins = Array.Empty<string>(), permissions = new[] { "read", "write" } });
        var second = (await admin.Post($"projects/{project}/api-keys/{key.ApiKey}/rotate")).Ok().Json.GetProperty("secretId").GetString();
        (await admin.Delete($"projects/{project}/api-keys/{key.ApiKey}/secrets/{second}")).Ok(204);
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await admin.PutClass(project, "c", new
        {
            idSignature = new { keys = new[] { new { version = 1, algorithm = "ES256", publicKey = pair.ExportSubjectPublicKeyInfoPem() } } },
            identity = new { mode = "jwt", secret = "a shared secret" },
            encryption = new { additionalAtRest = true },
            ttl = new { max = 1_000_000 },
            limits = new { itemBytes = 1_000, total = new { bytes = 1_000_000 } },
        });
        var calls = new Calls(http, project, "c", "i", "Bearer " + await admin.Token(project));
        (await calls.Set("a", "1")).Ok();

        Assert.Equal(1, (await admin.Get($"projects/{project}/objects?class=c")).Ok().Json.GetProperty("objects").GetArrayLength());
        Assert.Contains("\"a\"", (await admin.Get($"projects/{project}/objects/c/i")).Ok().Body, StringComparison.Ordinal);
        (await admin.Get($"projects/{project}/objects/c/i/encryption")).Ok();
        (await admin.Post($"projects/{project}/objects/c/i/encryption/rotate")).Ok();
        (await admin.Post($"projects/{project}/encryption/rotate")).Ok();
        (await admin.Post($"projects/{project}/encryption/rewrap")).Ok(202);
        (await admin.Post($"projects/{project}/classes/c/encryption/apply")).Ok(202);
        (await root.Get("master-key")).Ok();
        (await root.Post("signing-keys/rotate")).Ok();
        Assert.True((await admin.Post("explain", new { projectId = project, apiKey = key.ApiKey, @class = "c", id = "i", operation = "get" }))
            .Ok().Json.GetProperty("allowed").GetBoolean());
        (await admin.Get("projects/unknown")).Refused(404, "notFoundError.resource");

        (await admin.Delete($"projects/{project}/objects/c/i")).Ok(204);
        (await admin.Delete($"projects/{project}/classes/c")).Ok(204);
        await admin.DeleteKey(key);
        (await calls.Get("a")).Refused(401, "authenticationError.credentials.invalid");
        (await admin.Delete($"projects/{project}")).Ok(204);
        foreach (var log in new[] { $"projects/{project}/audit", "audit" })
        {
            Assert.NotEqual(0, (await admin.Get(log)).Ok().Json.GetProperty("records").GetArrayLength());
            Assert.True((await admin.Get($"{log}/verify")).Ok().Json.GetProperty("valid").GetBoolean());
        }
        (await root.Delete($"tokens/{made.GetProperty("tokenId").GetString()}?accountId={account}")).Ok(204);
        (await admin.Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        (await root.Delete($"accounts/{account}")).Ok(204);
        await gateway.Stop();
        await silo.Stop();
    }

    [Fact]
    public async Task A_gateway_waits_for_its_silo()
    {
        var port = LocalPorts.Free();
        await using var gateway = ServerProcess.LaunchGateway(port);
        await gateway.Says("Connection attempt");
        await using var silo = ServerProcess.LaunchSilo(_folder.Path, port);
        await gateway.Ready();
    }

    [Fact]
    public async Task A_gateway_that_waits_in_vain_can_be_stopped()
    {
        await using var gateway = ServerProcess.LaunchGateway(LocalPorts.Free());
        await gateway.Says("Connection attempt");
        gateway.Signal("TERM");
        Assert.Equal(0, await gateway.Ended());
        Assert.Equal("", gateway.Errors.Trim());
    }
}
