using System.Net;
using System.Net.Sockets;
using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

/// <summary>
/// Each setting of the section <c>Quotas</c> on a real server: rates so low that nothing comes back during a test, with a burst
/// that lets six through.
/// </summary>
public sealed class QuotaTests
{
    private static readonly (string, string)[] Six = [("Quotas__Enabled", "true"), ("Quotas__Burst", "00:10:00")];
    private const string Rate = "0.01";

    [Theory]
    [InlineData("Object", "The object")]
    [InlineData("Class", "The class")]
    [InlineData("Key", "The api key")]
    [InlineData("Project", "The project")]
    [InlineData("Address", "An address")]
    public async Task Requests(string scope, string subject)
    {
        await using var server = await Start(($"Quotas__{scope}__RequestsPerSecond", Rate));
        var calls = server.NewObject("c");
        for (var i = 0; i < 6; i++)
            (await calls.Set("a", $"{i}")).Ok();
        AssertTooMany(await calls.Set("a", "7"), "limitError.rate.requests", $"{subject} may have at most 0.01 requests per second.");
        if (scope == "Object")
            (await server.NewObject("c").Set("a", "1")).Ok();
        if (scope is "Object" or "Class")
            (await server.NewObject("d").Set("a", "1")).Ok();
        // Whoever is over a limit can still find out whether the server lives.
        (await calls.Send("GET", "/health/ready")).Ok();
    }

    [Theory]
    [InlineData("Object")]
    [InlineData("Class")]
    [InlineData("Key")]
    [InlineData("Project")]
    [InlineData("Address")]
    public async Task Messages_over_HTTP_and_sockets_and_presence_together_and_pings_not(string scope)
    {
        await using var server = await Start(($"Quotas__{scope}__MessagesPerSecond", Rate));
        var calls = server.NewObject("c");
        await using var socket = await WireSocket.Open(server, calls);
        for (var i = 0; i < 2; i++)
        {
            (await calls.Message("1")).Ok(204);
            await socket.ReceiveEvent("message");
            await socket.Send("""{"event":"message","payload":1}""");
        }
        await socket.Send("""{"event":"presence:join","payload":1}""");
        await socket.ReceiveEvent("presence:join");
        await socket.Send("""{"event":"presence:leave"}""");
        await socket.ReceiveEvent("presence:leave");
        await socket.Send("""{"event":"message","payload":1}""");
        Assert.Contains("messages per second", await socket.ReceiveError(), StringComparison.Ordinal);
        await socket.Send("""{"event":"presence:join","payload":1}""");
        await socket.ReceiveError();
        AssertTooMany(await calls.Message("1"), "limitError.rate.messages", "messages per second");
        await socket.ReceiveNothingMore();
        (await calls.Set("a", "1")).Ok();
        await socket.ReceiveEvent("setItem");
    }

    [Theory]
    [InlineData("Object")]
    [InlineData("Class")]
    [InlineData("Key")]
    [InlineData("Project")]
    [InlineData("Address")]
    public async Task Sockets(string scope)
    {
        await using var server = await Start(($"Quotas__{scope}__Sockets", "2"), ("Sockets__RefusalHold", "00:00:00.100"));
        var calls = server.NewObject("c");
        await using var first = await WireSocket.Open(server, calls);
        var second = await WireSocket.Open(server, calls);
        await using (var third = await WireSocket.Dial(server, calls))
        {
            Assert.Contains("at most 2 open sockets", await third.ReceiveError(), StringComparison.Ordinal);
            // The word makes the SDK stop reconnecting.
            Assert.Contains("TierLimitExceeded", await third.ReceiveClose(4503), StringComparison.Ordinal);
            await third.ReceiveEnd();
        }
        await first.ReceiveNothingMore();
        await second.SendFrame(0x80 | WireSocket.Close, []);
        await second.ReceiveClose(1000);
        await second.ReceiveEnd();
        await using var fourth = await OpenSoon(server, calls);
        await fourth.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_handshake_is_a_request_and_one_too_many_is_accepted_told_why_and_sent_away_for_a_while()
    {
        await using var server = await Start(("Quotas__Key__RequestsPerSecond", Rate), ("Sockets__RefusalHold", "00:00:00.100"));
        var calls = server.NewObject("c");
        for (var i = 0; i < 6; i++)
            (await calls.GetAll()).Ok();
        await using var socket = await WireSocket.Dial(server, calls);
        await socket.ReceiveError();
        Assert.DoesNotContain("TierLimitExceeded", await socket.ReceiveClose(4004), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_with_a_bad_signature_of_its_id_is_a_request_and_a_forbidden_one_takes_nothing()
    {
        await using var server = await Start(("Quotas__Object__RequestsPerSecond", Rate), ("Quotas__Address__FailuresPerSecond", "0"));
        var project = await server.Admin.NewProject();
        var key = await server.Admin.NewKey(project, new { permissions = new[] { "read" } });
        await server.Admin.PutClass(project, "c", new { idSignature = new { required = true, keys = new[] { new { version = 1, algorithm = "HS256", secret = "a secret of a backend with 32 characters" } } } });
        var calls = server.NewObject(key, "c");
        for (var i = 0; i < 7; i++)
            Assert.Equal(403, (await calls.Set("a", "1")).Status);
        for (var i = 0; i < 6; i++)
            (await Signed(calls)).Refused(403, "authorizationError.idSignature.invalid");
        AssertTooMany(await Signed(calls), "limitError.rate.requests", "The object");
    }

    [Fact]
    public async Task Connections_of_an_address_past_the_limit_are_dropped_and_one_that_is_closed_makes_room()
    {
        await using var server = await Start(("Quotas__Address__Connections", "3"));
        server.Http.Dispose();
        var held = new List<RawHttp>();
        // The test's own look at the server's health may have left a connection behind: until the first is refused.
        while (held.Count < 4 && await Alive(server.Address) is { } raw)
            held.Add(raw);
        Assert.InRange(held.Count, 2, 3);
        using (var other = await Alive(server.Address, "127.0.0.2"))
            Assert.NotNull(other);
        held[0].Dispose();
        RawHttp? again;
        do
        {
            again = await Alive(server.Address);
        }
        while (again is null);
        again.Dispose();
        held.ForEach(raw => raw.Dispose());
    }

    [Fact]
    public async Task Who_guesses_secrets_is_not_heard_any_more_and_a_token_that_is_known_goes_on()
    {
        await using var server = await Start(("Quotas__Address__FailuresPerSecond", Rate));
        var calls = server.NewObject("c");
        var token = "Bearer " + (await calls.Token()).Ok().Body;
        (await calls.SendAs(token, "GET", $"cache/{calls.ObjectPath}")).Ok();
        for (var i = 0; i < 6; i++)
            (await calls.Token(TestServer.BasicOf(TestServer.ApiKey, $"a guess {i}"))).Refused(401, "authenticationError.credentials.invalid");
        AssertTooMany(await calls.Token(TestServer.BasicOf(TestServer.ApiKey, "one more guess")), "limitError.rate.requests", "From this address");
        // Not even the right one: else a guess would be as good as before.
        AssertTooMany(await calls.Token(), "limitError.rate.requests", "From this address");
        AssertTooMany(await calls.SendAs("Bearer a.b.c", "GET", $"cache/{calls.ObjectPath}"), "limitError.rate.requests", "From this address");
        (await calls.SendAs(token, "GET", $"cache/{calls.ObjectPath}")).Ok();
        using var other = FromAddress(server.Address, "127.0.0.2");
        (await new Calls(other, TestServer.ProjectId, "c", "o").Token()).Ok();
    }

    [Fact]
    public async Task Who_guesses_admin_tokens_is_not_heard_any_more()
    {
        await using var server = await Start(("Quotas__Address__FailuresPerSecond", Rate));
        var calls = server.NewObject("c");
        for (var i = 0; i < 6; i++)
            (await calls.SendAs($"Bearer root.guess.{i}", "GET", "/admin/projects")).Refused(401, "authenticationError.adminToken.invalid");
        AssertTooMany(await calls.SendAs("Bearer root.guess.7", "GET", "/admin/projects"), "limitError.rate.requests", "From this address");
    }

    [Theory]
    [InlineData(TestServer.ProjectId, TestServer.ApiKey)]
    [InlineData(TestServer.ProjectId, "unknown")]
    [InlineData("unknown", TestServer.ApiKey)]
    public async Task Who_guesses_secrets_by_having_them_explained_is_not_heard_any_more(string projectId, string key)
    {
        await using var server = await Start(("Quotas__Address__FailuresPerSecond", Rate));
        for (var i = 0; i < 6; i++)
            (await Guess(i)).Ok();
        AssertTooMany(await Guess(7), "limitError.rate.requests", "From this address");
        AssertTooMany(await server.NewObject("c").Token(), "limitError.rate.requests", "From this address");

        Task<Answer> Guess(int i) => server.Admin.Post(
            "explain", new { projectId, token = TestServer.BasicOf(key, $"a guess {i}"), @class = "c", id = "i", operation = "get" });
    }

    [Fact]
    public async Task Who_has_bad_signatures_explained_gets_no_new_one_looked_at_and_counts_at_the_calls_too()
    {
        await using var server = await Start(("Quotas__Address__FailuresPerSecond", Rate));
        await server.Admin.PutClass(
            TestServer.ProjectId, "c", new { idSignature = new { required = true, keys = new[] { new { version = 1, algorithm = "HS256", secret = "a secret of the backend" } } } });
        for (var i = 0; i < 6; i++)
            Assert.Contains("No enabled key of the class verifies", await Explained(i), StringComparison.Ordinal);
        Assert.Contains("From this address came too many signatures", await Explained(7), StringComparison.Ordinal);
        AssertTooMany(await Signed(server.NewObject("c")), "limitError.rate.requests", "From this address came too many signatures");

        async Task<string> Explained(int i) => (await server.Admin.Post("explain", new
        {
            projectId = TestServer.ProjectId,
            apiKey = TestServer.ApiKey,
            @class = "c",
            id = "i",
            operation = "get",
            idSignature = new string((char)('0' + i), 64),
        })).Ok().Body;
    }

    [Fact]
    public async Task The_administration_of_an_account_whose_tokens_ask_for_too_much_and_no_others()
    {
        await using var server = await Start(("Quotas__Account__RequestsPerSecond", Rate));
        var account = (await server.Admin.Post("accounts", new { name = "tenant" })).Ok(201).Json.GetProperty("accountId").GetString();
        var owner = server.Admin.As(await NewToken("owner"));
        var viewer = server.Admin.As(await NewToken("viewer"));
        for (var i = 0; i < 3; i++)
        {
            (await owner.Get("projects")).Ok();
            (await viewer.Post("projects", new { name = "p" })).Refused(403, "authorizationError.role");
        }
        foreach (var one in new[] { owner, viewer })
            AssertTooMany(await one.Get("projects"), "limitError.rate.requests", "The account may have at most 0.01 requests per second.");
        (await server.Admin.Get("projects")).Ok();
        (await server.NewObject("c").Set("a", "1")).Ok();

        async Task<string> NewToken(string role) =>
            (await server.Admin.Post($"tokens?accountId={account}", new { role })).Ok(201).Json.GetProperty("token").GetString()!;
    }

    [Fact]
    public async Task A_client_behind_a_named_proxy_is_counted_by_its_own_address_and_cannot_choose_another()
    {
        await using var server = await Start(("Quotas__Address__RequestsPerSecond", Rate), ("Proxies__Trusted", "127.0.0.1, 10.0.0.0/8"));
        var calls = server.NewObject("c");
        foreach (var spoofed in new[] { "", "1.2.3.4, ", "127.0.0.1, ", "5.6.7.8, 9.9.9.9, ", "nonsense, ", "10.0.0.9, " })
            (await Through(spoofed + "203.0.113.7")).Ok();
        AssertTooMany(await Through("203.0.113.7"), "limitError.rate.requests", "An address");
        AssertTooMany(await Through("8.8.8.8, 203.0.113.7, 10.0.0.1"), "limitError.rate.requests", "An address");
        (await Through("203.0.113.8")).Ok();

        for (var i = 0; i < 6; i++)
            (await Through($"2001:db8:0:1::{i:x}")).Ok();
        AssertTooMany(await Through("2001:db8:0:1:ffff::"), "limitError.rate.requests", "An address");
        (await Through("2001:db8:0:2::")).Ok();

        Task<Answer> Through(string forwardedFor) =>
            calls.Send("GET", $"cache/{calls.ObjectPath}", headers: [("X-Forwarded-For", forwardedFor), ("X-Forwarded-Proto", "https")]);
    }

    [Fact]
    public async Task Without_a_named_proxy_nobody_can_choose_an_address()
    {
        await using var server = await Start(("Quotas__Address__RequestsPerSecond", Rate));
        var calls = server.NewObject("c");
        for (var i = 0; i < 6; i++)
            (await calls.Send("GET", $"cache/{calls.ObjectPath}", headers: ("X-Forwarded-For", $"203.0.113.{i}"))).Ok();
        AssertTooMany(
            await calls.Send("GET", $"cache/{calls.ObjectPath}", headers: ("X-Forwarded-For", "203.0.113.9")), "limitError.rate.requests", "An address");
    }

    [Fact]
    public async Task A_refusal_can_be_read_by_pages_of_other_origins()
    {
        await using var server = await Start(("Quotas__Address__RequestsPerSecond", Rate));
        var calls = server.NewObject("c");
        for (var i = 0; i < 6; i++)
            (await calls.GetAll()).Ok();
        var refused = await calls.Send("GET", $"cache/{calls.ObjectPath}", headers: ("Origin", "https://app.example.com"));
        AssertTooMany(refused, "limitError.rate.requests", "An address");
        Assert.Equal("https://app.example.com", refused["access-control-allow-origin"]);
        Assert.Equal("Retry-After", refused["access-control-expose-headers"]);
    }

    [Theory]
    [InlineData("Quotas__Key__RequestsPerSecond", "-1", "Quotas:Key:RequestsPerSecond")]
    [InlineData("Quotas__Key__RequestsPerSecond", "many", "Quotas:Key:RequestsPerSecond")]
    [InlineData("Quotas__Key__RequestPerSecond", "1", "Quotas:Key:RequestPerSecond")]
    [InlineData("Quotas__Address__Bytes", "1", "Quotas:Address:Bytes")]
    [InlineData("Quotas__Burst", "0", "Quotas:Burst")]
    [InlineData("Quotas__Tracked", "99", "Quotas:Tracked")]
    [InlineData("Quotas__NearAt", "1.1", "Quotas:NearAt")]
    [InlineData("Quotas__Keys", "1", "Quotas:Keys")]
    public async Task A_wrong_setting_is_named(string key, string value, string named)
    {
        using var folder = new TempFolder();
        await using var process = ServerProcess.Launch(new Dictionary<string, string>(TestServer.Settings(folder.Path)) { [key] = value });
        Assert.Equal(1, await process.Ended());
        Assert.Contains(named, Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static Task<Answer> Signed(Calls calls) =>
        calls.Send("GET", $"cache/{calls.ObjectPath}/a", null, "", ("X-Id-Sig", new string('0', 64)));

    private static Task<TestServer> Start(params (string, string)[] settings) => TestServer.Start([.. Six, .. settings]);

    private static void AssertTooMany(Answer answer, string code, string sentence)
    {
        answer.Ok(429);
        Assert.Equal("1", answer["retry-after"]);
        Assert.Equal(code, answer.Json.GetProperty("cause").GetProperty("code").GetString());
        Assert.Contains(sentence, answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A seat is left a moment after its socket has ended.</summary>
    private static async Task<WireSocket> OpenSoon(TestServer server, Calls calls)
    {
        while (true)
        {
            var socket = await WireSocket.Dial(server, calls);
            await socket.Send("""{"event":"ping"}""");
            if ((await socket.ReceiveText("Nothing came")).Contains("connected", StringComparison.Ordinal))
            {
                await socket.ReceiveText("The pong did not come");
                return socket;
            }
            await socket.ReceiveEnd();
            await socket.DisposeAsync();
        }
    }

    /// <summary>A connection that has had an answer, or null when it was dropped.</summary>
    private static async Task<RawHttp?> Alive(Uri address, string? from = null)
    {
        try
        {
            var raw = await RawHttp.Connect(address, from);
            await raw.Send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
            if ((await raw.Receive()).Status == 200)
                return raw;
            raw.Dispose();
        }
        catch (SocketException)
        {
            // Dropped before the client knew that it was connected.
        }
        return null;
    }

    private static HttpClient FromAddress(Uri server, string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = server,
    };
}
