using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.VaultDouble;
using Xunit;

namespace Vaultrice.Gateway.Tests.Encryption;

/// <summary>The real server with its master key in a vault: with the credentials, the TLS and the REST calls of an Azure installation.</summary>
public sealed class KeyVaultTests : IAsyncLifetime
{
    private const string Key = "vaultrice";

    private KeyVault _vault = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = await KeyVault.Start();
        _vault.NewVersion(Key);
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task Data_is_opened_again_with_the_key_that_never_left_the_vault()
    {
        await using var server = await Start();
        var (_, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "\"kept\"")).Ok();
        Assert.False(File.Exists(Path.Combine(server.Folder, "master.key")), "A key file was made.");
        await server.Process.Stop();

        await server.StartProcess();

        Assert.Equal("\"kept\"", (await new Calls(server.Http, Project(o), "safe", "object").GetAs(basic, "a")).Ok().Value);
        Assert.Contains(_vault.Requests, request => request.EndsWith("/wrapkey 200", StringComparison.Ordinal));
        Assert.Contains(_vault.Requests, request => request.EndsWith("/unwrapkey 200", StringComparison.Ordinal));
        Assert.DoesNotContain(_vault.Requests, request => request.EndsWith(" 400", StringComparison.Ordinal) || request.EndsWith(" 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_vault_is_away_known_objects_go_on_and_others_are_refused_soon_and_nothing_is_stored_plain()
    {
        await using var server = await Start();
        var (_, known, basic) = await server.NewSealedProject();
        (await known.SetAs(basic, "a", "1")).Ok();
        var (_, unknown, other) = await server.NewSealedProject();
        await _vault.Close();

        (await known.SetAs(basic, "a", "2")).Ok();
        Assert.Equal("2", (await known.GetAs(basic, "a")).Ok().Value);
        var started = Stopwatch.GetTimestamp();
        var refused = await unknown.SetAs(other, "a", "\"plain-text-that-must-not-be-stored\"");
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(12));
        AssertKeysAreAway(refused);
        AssertKeysAreAway(await unknown.SetAs(other, "a", "3"));
        Assert.Equal(404, (await unknown.GetAs(other, "a")).Status);
        await server.Process.Says("The key vault did not answer");

        await _vault.Open();
        await Eventually(async () => (await unknown.SetAs(other, "a", "4")).Status == 200);
        Assert.Equal("4", (await unknown.GetAs(other, "a")).Ok().Value);
        (await known.SetAs(basic, "a", "5")).Ok();
    }

    [Fact]
    public async Task A_tenant_whose_walk_waits_for_the_vault_is_told_so_and_the_log_says_more()
    {
        await using var server = await Start();
        var (_, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        await server.Process.Stop();
        await server.StartProcess();
        await _vault.Close();

        var path = $"projects/{Project(o)}/classes/safe/encryption/apply";
        (await server.Admin.Post(path, "")).Ok(202);
        var walk = await server.Admin.Until(path, json => json.TryGetProperty("waitsFor", out _));
        Assert.Equal("The encryption keys are temporarily unavailable.", walk.GetProperty("waitsFor").GetString());
        await server.Process.Says("A walk over the objects of a project was interrupted");
        await server.Process.Says($"The key vault did not answer for the key '{KeyId}'");
        await _vault.Open();
    }

    [Fact]
    public async Task A_start_without_the_vault_ends_soon_with_one_sentence()
    {
        await _vault.Close();
        using var folder = new TempFolder();
        await using var process = ServerProcess.Launch(SettingsOn(folder));

        Assert.Equal(1, await process.Ended());
        var sentence = Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Contains("vault", sentence, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", process.Errors + process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_version_wraps_everything_anew_and_the_old_one_can_be_disabled()
    {
        await using var server = await Start();
        var (projectId, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        var before = (await server.Admin.Get("master-key")).Ok().Json.GetProperty("current").GetString()!;
        _vault.NewVersion(Key);

        var to = (await server.Admin.Post("master-key/rotate", "")).Ok().Json.GetProperty("current").GetString()!;

        Assert.NotEqual(before, to);
        Assert.StartsWith(KeyId + "/", to, StringComparison.Ordinal);
        var report = await server.Admin.Until("master-key", HasEnded);
        Assert.Equal((true, 1), UseOf(report, to));
        Assert.Equal(to, (await server.Admin.Get($"projects/{projectId}/encryption")).Ok().Json.GetProperty("keys")[0].GetProperty("masterKeyId").GetString());
        _vault.Enable(before, false);
        await server.Process.Stop();
        await server.StartProcess();
        Assert.Equal("1", (await new Calls(server.Http, projectId, "safe", "object").GetAs(basic, "a")).Ok().Value);
    }

    [Fact]
    public async Task A_master_key_moves_from_a_file_into_the_vault()
    {
        await using var server = await TestServer.Start();
        var (projectId, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        await server.Process.Stop();
        await server.StartProcess([.. Settings]);

        (await server.Admin.Post("master-key/rotate", "")).Ok();
        var report = await server.Admin.Until("master-key", HasEnded);

        Assert.Equal((true, 1), UseOf(report, report.GetProperty("current").GetString()!));
        await server.Process.Stop();
        File.Delete(Path.Combine(server.Folder, "master.key"));
        await server.StartProcess();
        Assert.Equal("1", (await new Calls(server.Http, projectId, "safe", "object").GetAs(basic, "a")).Ok().Value);
    }

    [Fact]
    public async Task A_key_that_was_altered_is_no_vault_that_is_away()
    {
        await using var server = await Start();
        await server.Process.Stop();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(server.Folder, "vaultrice.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE settings SET value = zeroblob(length(value)) WHERE name = 'data_key'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => server.StartProcess());
        Assert.Contains("own key was altered: put back a backup", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vault_that_asks_for_tokens_of_another_resource_gets_none()
    {
        using var folder = new TempFolder();
        var settings = SettingsOn(folder);
        // Without this setting only a vault in its resource's own domain is believed, and loopback is in none.
        settings.Remove("MasterKey__KeyVaultResource");
        await using var process = ServerProcess.Launch(settings);
        Assert.Equal(1, await process.Ended());
        Assert.Contains("MasterKey:KeyVaultResource", process.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(_vault.Requests, request => request.Contains("/msi/token", StringComparison.Ordinal));
    }

    private string KeyId => $"{_vault.Address}/keys/{Key}";

    private (string Key, string Value)[] Settings =>
    [
        .. _vault.Environment.Select(pair => (pair.Key, pair.Value)),
        ("MasterKey__Provider", "AzureKeyVault"),
        ("MasterKey__KeyVaultKeyId", KeyId),
        ("MasterKey__KeyVaultResource", KeyVault.Resource),
    ];

    private static bool HasEnded(JsonElement report) => report.TryGetProperty("rotation", out var rotation) && rotation.TryGetProperty("endedAt", out _);

    private static (bool WrapsStore, int Projects) UseOf(JsonElement report, string id)
    {
        var key = report.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("id").GetString() == id);
        return (key.GetProperty("wrapsStore").GetBoolean(), key.GetProperty("projects").GetInt32());
    }

    private static string Project(Calls calls) => calls.SocketPath.Split('/')[2];

    private static void AssertKeysAreAway(Answer answer)
    {
        Assert.Equal(503, answer.Status);
        Assert.Equal("serverError.keys", answer.Json.GetProperty("cause").GetProperty("code").GetString());
        // Nothing was stored, so the SDK is to repeat the call: it does on these words.
        Assert.Contains("temporarily unavailable", answer.Body, StringComparison.Ordinal);
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
            Assert.True(Stopwatch.GetElapsedTime(started) < Waiting.Patience, "The server did not recover.");
    }

    private Task<TestServer> Start() => TestServer.Start([.. Settings]);

    private Dictionary<string, string> SettingsOn(TempFolder folder)
    {
        var settings = TestServer.Settings(folder.Path);
        foreach (var (key, value) in Settings)
            settings[key] = value;
        return settings;
    }
}
