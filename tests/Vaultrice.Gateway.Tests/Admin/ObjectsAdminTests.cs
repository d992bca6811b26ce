using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Objects as the administration lists, shows and deletes them.</summary>
public sealed class ObjectsAdminTests(SharedServer shared)
{
    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task Objects_are_listed_by_class_and_prefix_page_by_page()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        foreach (var id in new[] { "b/2", "a/1", "a/2", "a/x%2F1", "b/1" })
            (await new Calls(shared.Server.Http, project, id.Split('/')[0], id.Split('/')[1], key.Basic).Set("n", "1")).Ok();
        Assert.Equal("a/1 a/2 a/x/1 b/1 b/2", await List(""));
        Assert.Equal("a/1 a/2 a/x/1 b/1 b/2", await List("limit=2"));
        Assert.Equal("b/1 b/2", await List("class=b"));
        Assert.Equal("a/x/1", await List("class=a&prefix=x"));
        Assert.Equal("", await List("class=c"));

        async Task<string> List(string query)
        {
            var found = new List<string>();
            for (var cursor = ""; cursor is not null;)
            {
                var page = (await Admin.Get($"projects/{project}/objects?{query}{cursor}")).Ok().Json;
                found.AddRange(page.GetProperty("objects").EnumerateArray().Select(o => $"{o.GetProperty("class").GetString()}/{o.GetProperty("id").GetString()}"));
                cursor = page.TryGetProperty("cursor", out var next) ? $"{(query.Length > 0 ? "&" : "")}cursor={next.GetString()}" : null;
            }
            return string.Join(' ', found);
        }
    }

    [Fact]
    public async Task An_object_is_shown_with_items_presence_size_and_revision()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        var calls = shared.Server.NewObject(key, "c");
        (await calls.SetMany("""{"b":{"value":{"deep":[1e308,"ü"]}},"a":{"value":123456789012345678901234567890}}""")).Ok();
        await using var socket = await WireSocket.Dial(shared.Server, calls, "Basic+" + Uri.EscapeDataString(key.Basic["Basic ".Length..]));
        await socket.ReceiveGreeting("connected");
        await socket.Send("""{"event":"presence:join","payload":{"who":"me"}}""");
        await socket.ReceiveEvent("presence:join");

        var shown = (await Admin.Get($"projects/{project}/objects/{calls.ObjectPath}")).Ok().Json;
        Assert.Equal(2, shown.GetProperty("revision").GetInt64());
        Assert.Equal(2, shown.GetProperty("itemCount").GetInt32());
        Assert.Equal(1, shown.GetProperty("connections").GetInt32());
        var items = shown.GetProperty("items");
        Assert.Equal(["a", "b"], items.EnumerateObject().Select(item => item.Name));
        Assert.Equal("123456789012345678901234567890", items.GetProperty("a").GetProperty("value").GetRawText());
        Assert.Equal(1 + 30, items.GetProperty("a").GetProperty("bytes").GetInt32());
        Assert.Equal(shown.GetProperty("bytes").GetInt64(), items.EnumerateObject().Sum(item => item.Value.GetProperty("bytes").GetInt64()));
        Assert.Equal("""{"who":"me"}""", Assert.Single(shown.GetProperty("presence").EnumerateArray()).GetProperty("data").GetRawText());

        var first = (await Admin.Get($"projects/{project}/objects/{calls.ObjectPath}?limit=1")).Ok().Json;
        Assert.Equal(["a"], first.GetProperty("items").EnumerateObject().Select(item => item.Name));
        var second = (await Admin.Get($"projects/{project}/objects/{calls.ObjectPath}?limit=1&cursor={first.GetProperty("cursor").GetString()}")).Ok().Json;
        Assert.Equal(["b"], second.GetProperty("items").EnumerateObject().Select(item => item.Name));

        var token = (await Admin.Post("tokens", new { role = "viewer" })).Ok(201).Json.GetProperty("token").GetString();
        var viewed = (await Admin.As(token).Get($"projects/{project}/objects/{calls.ObjectPath}")).Ok();
        Assert.Equal(31, viewed.Json.GetProperty("items").GetProperty("a").GetProperty("bytes").GetInt32());
        Assert.DoesNotContain("1234567890", viewed.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("who", viewed.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_object_is_gone_for_everybody_and_begins_anew()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        var calls = shared.Server.NewObject(key, "c");
        (await calls.Set("a", "1")).Ok();
        (await calls.Rotate()).Ok();
        await using var socket = await WireSocket.Dial(shared.Server, calls, "Basic+" + Uri.EscapeDataString(key.Basic["Basic ".Length..]));
        await socket.ReceiveGreeting("connected");

        (await Admin.Delete($"projects/{project}/objects/{calls.ObjectPath}")).Ok(204);
        await socket.ReceiveEvent("removeItem");
        Assert.Equal("{}", (await calls.GetAll()).Ok().Body);
        (await Admin.Get($"projects/{project}/objects?class=c")).Ok();
        Assert.Equal("""{"objects":[]}""", (await Admin.Get($"projects/{project}/objects")).Ok().Body);
        // The first settings again: those of before are gone.
        Assert.Equal(0, (await calls.Encryption()).Ok().Json.GetProperty("encryptionSettings").GetProperty("keyVersion").GetInt32());
        (await calls.Set("b", "2")).Ok();
        await socket.ReceiveEvent("setItem");
        (await Admin.Delete($"projects/{project}/objects/c/unknown")).Refused(404, "notFoundError.resource");
        (await Admin.Get($"projects/{project}/objects/c/unknown")).Refused(404, "notFoundError.resource");
    }

    [Theory]
    [InlineData("objects?limit=0")]
    [InlineData("objects?limit=1001")]
    [InlineData("objects?limit=x")]
    [InlineData("objects?cursor=%21")]
    [InlineData("objects?cursor=YQ")]
    [InlineData("objects?prefix=a")]
    [InlineData("objects?class=a%2Fb")]
    [InlineData("objects?clas=a")]
    [InlineData("objects/c/i?limit=0")]
    [InlineData("objects/c/i?cursor=_")]
    public async Task A_bad_query_is_refused(string path) =>
        (await Admin.Get($"projects/{TestServer.ProjectId}/{path}")).Refused(400, "validationError.argument");
}
