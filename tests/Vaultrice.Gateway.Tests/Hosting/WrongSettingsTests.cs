using System.Net;
using System.Net.Sockets;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>A start that cannot work ends soon, with one sentence that names the key, and no stack trace.</summary>
public sealed class WrongSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Storage__Engine", "Foo", "Storage:Engine")]
    [InlineData("Storage__Engine", "Postgres", "Storage:Engine")]
    [InlineData("Storage__Pth", "x", "Storage:Pth")]
    [InlineData("Storage__Path", "", "Storage:Path")]
    [InlineData("Limits__ItemBytes", "abc", "Limits:ItemBytes")]
    [InlineData("Limits__ItemBytes", "0", "Limits:ItemBytes")]
    [InlineData("Limits__Itembites", "5", "Limits:Itembites")]
    [InlineData("Sockets__PingAfter", "soon", "Sockets:PingAfter")]
    [InlineData("Sockets__QueueBytes", "1", "Sockets:QueueBytes")]
    [InlineData("Objects__DefaultTtl", "-00:00:01", "Objects:DefaultTtl")]
    [InlineData("MasterKey__Provider", "Foo", "MasterKey:Provider")]
    [InlineData("MasterKey__Pth", "Foo", "MasterKey:Pth")]
    [InlineData("Bootstrap__ApiSecret", "short", "Bootstrap:ApiSecret")]
    [InlineData("Bootstrap__ProjectId", "a/b", "Bootstrap:ProjectId")]
    [InlineData("Bootstrap__ApiKey", "a:b", "Bootstrap:ApiKey")]
    [InlineData("Bootstrap__ApiKey", null, "Bootstrap:ApiKey")]
    [InlineData("Roles", "Foo", "Roles")]
    [InlineData("Roles", "Gateway", "Roles")]
    [InlineData("urls", "nonsense", "urls")]
    [InlineData("urls", "http://127.0.0.1:99999", "urls")]
    [InlineData("Orleans__Endpoints__SiloPort", "abc", "Orleans:Endpoints:SiloPort")]
    [InlineData("Orleans__Clustering__ProviderType", "Foo", "Foo")]
    public async Task A_wrong_setting_is_named(string key, string? value, string named)
    {
        var settings = TestServer.Settings(_folder.Path);
        if (value is null)
            settings.Remove(key);
        else
            settings[key] = value;
        await AssertRefused(settings, named);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await AssertRefused(new(TestServer.Settings(_folder.Path)) { ["urls"] = address }, "urls", address);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(_folder["file"], "", TestContext.Current.CancellationToken);
        await AssertRefused(TestServer.Settings(_folder["file/data"]), "Storage:Path", _folder["file/data"]);
    }

    [Fact]
    public async Task A_folder_that_another_server_uses_is_named_and_the_other_goes_on()
    {
        await using var first = await TestServer.Start();
        await AssertRefused(TestServer.Settings(first.Folder), "Storage:Path", first.Folder);
        (await first.NewObject().Set("a", "1")).Ok();
    }

    private static async Task AssertRefused(Dictionary<string, string> settings, params string[] named)
    {
        await using var process = ServerProcess.Launch(settings);
        Assert.NotEqual(0, await process.Ended());
        var sentence = Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        foreach (var word in named)
            Assert.Contains(word, sentence, StringComparison.Ordinal);
        foreach (var output in new[] { process.Errors, process.Output })
        {
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
        }
    }
}
