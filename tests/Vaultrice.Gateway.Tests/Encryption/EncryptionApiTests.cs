using System.Text.Json;
using Microsoft.Data.Sqlite;
using Vaultrice.Encryption;
using Vaultrice.Gateway.Admin;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Encryption;

/// <summary>Keys, in the administration and in their effect.</summary>
public sealed class EncryptionApiTests(SharedServer shared)
{
    private const string StoreKey = "SELECT value FROM settings WHERE name = 'data_key'";

    private static readonly JsonSerializerOptions Plain = new();

    private TestServer Server => shared.Server;

    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task A_project_has_no_key_before_something_is_sealed()
    {
        var (projectId, o, basic) = await Server.NewSealedProject();
        Assert.Equal("""{"keys":[],"walks":[]}""", JsonSerializer.Serialize((await Admin.Get($"projects/{projectId}/encryption")).Ok().Json, Plain));
        (await o.SetAs(basic, "a", "1")).Ok();
        var json = (await Admin.Get($"projects/{projectId}/encryption")).Ok().Json;
        Assert.Equal(1, json.GetProperty("current").GetInt32());
        Assert.Equal(1, Assert.Single(json.GetProperty("keys").EnumerateArray()).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_projects_key_is_rotated_rewrapped_rolled_back_and_not_dropped_too_early()
    {
        var (projectId, o, basic) = await Server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        var path = $"projects/{projectId}/encryption";

        Assert.Equal(2, (await Admin.Post($"{path}/rotate", "")).Ok().Json.GetProperty("current").GetInt32());
        Assert.Equal("rewrap", (await Admin.Post($"{path}/rewrap", "")).Ok(202).Json.GetProperty("kind").GetString());
        var walk = (await Admin.Until(path, json => json.GetProperty("walks")[0].TryGetProperty("endedAt", out _))).GetProperty("walks")[0];
        Assert.Equal((1, 1, 0), (walk.GetProperty("objects").GetInt32(), walk.GetProperty("changed").GetInt32(), walk.GetProperty("failed").GetInt32()));
        Assert.Equal(2, (await Admin.Get(ObjectPath(projectId))).Ok().Json.GetProperty("keys")[0].GetProperty("projectKey").GetInt32());

        (await Admin.Delete($"{path}/keys/1")).Refused(409, "conflictError.inUse");
        (await Admin.Delete($"{path}/keys/2")).Refused(409, "conflictError.inUse");
        (await Admin.Delete($"{path}/keys/3")).Refused(404, "notFoundError.resource");
        Assert.Equal(1, (await Admin.Post($"{path}/rollback", new { version = 1 })).Ok().Json.GetProperty("current").GetInt32());
        (await Admin.Post($"{path}/rollback", new { version = 7 })).Refused(404, "notFoundError.resource");
        (await Admin.Post($"{path}/rollback", new { version = 0 })).Refused(400, "validationError.argument");
        (await Admin.Post($"{path}/rollback", new { id = 1 })).Refused(400, "validationError.argument");
        Assert.Equal("1", (await o.GetAs(basic, "a")).Ok().Value);
    }

    [Fact]
    public void Progress_shows_what_is_waited_for()
    {
        const string Reason = "The key vault is away.";
        var walk = new ReencryptionWalk(ReencryptionKind.Rewrap, null, 1, ProjectKeys: [], WaitsFor: Reason);
        Assert.Equal(Reason, Assert.Single(ProjectEncryptionJson.Of(ProjectKeyRing.Empty, [walk]).Walks).WaitsFor);
        var report = new MasterKeyReport("File", null, [], new("to", 1, null, 1, WaitsFor: Reason));
        Assert.Equal(Reason, MasterKeyJson.Of(report).Rotation?.WaitsFor);
    }

    [Fact]
    public async Task Settings_are_applied_to_what_is_stored_with_progress_to_watch()
    {
        var projectId = await Admin.NewProject();
        var key = await Admin.NewKey(projectId);
        for (var i = 0; i < 5; i++)
            (await new Calls(Server.Http, projectId, "safe", $"object-{i}").SetAs(key.Basic, "a", $"{i}")).Ok();
        await Admin.PutClass(projectId, "safe", EncryptionCalls.Sealed);
        var path = $"projects/{projectId}/classes/safe/encryption/apply";
        (await Admin.Get(path)).Refused(404, "notFoundError.resource");

        (await Admin.Post(path, "")).Ok(202);

        var walk = await Admin.Until(path, json => json.TryGetProperty("endedAt", out _));
        Assert.Equal((5, 5, 5, 5, 0), (Number(walk, "objects"), Number(walk, "objectsTotal"), Number(walk, "items"), Number(walk, "changed"), Number(walk, "failed")));
        var keys = (await Admin.Get($"projects/{projectId}/objects/safe/object-3/encryption")).Ok().Json;
        Assert.Equal((0, 1), (Number(keys, "plainItems"), Number(keys.GetProperty("keys")[0], "items")));
    }

    [Fact]
    public async Task Settings_are_not_applied_to_a_class_that_has_neither_settings_nor_objects()
    {
        var (projectId, _, basic) = await Server.NewSealedProject();
        (await new Calls(Server.Http, projectId, "plain", "object").SetAs(basic, "a", "1")).Ok();

        (await Admin.Post($"projects/{projectId}/classes/invented/encryption/apply")).Refused(404, "notFoundError.resource");
        Assert.Empty((await Admin.Get($"projects/{projectId}/encryption")).Ok().Json.GetProperty("walks").EnumerateArray());
        Assert.DoesNotContain("invented", (await Admin.Get($"projects/{projectId}/audit")).Ok().Body, StringComparison.Ordinal);
        (await Admin.Post($"projects/{projectId}/classes/safe/encryption/apply")).Ok(202);
        (await Admin.Post($"projects/{projectId}/classes/plain/encryption/apply")).Ok(202);
    }

    [Fact]
    public async Task An_objects_key_is_rotated_applied_and_dropped()
    {
        var (projectId, o, basic) = await Server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        var path = ObjectPath(projectId);
        Assert.Equal(2, Number((await Admin.Post($"{path}/rotate", "")).Ok().Json, "current"));
        (await Admin.Delete($"{path}/keys/1")).Refused(409, "conflictError.inUse");
        Assert.Equal(1, Number((await Admin.Post($"{path}/rollback", new { version = 1 })).Ok().Json, "current"));
        Assert.Equal(2, Number((await Admin.Post($"{path}/rollback", new { version = 2 })).Ok().Json, "current"));
        (await Admin.Post($"{path}/apply", "")).Ok();
        Assert.Single((await Admin.Delete($"{path}/keys/1")).Ok().Json.GetProperty("keys").EnumerateArray());
        Assert.Equal("1", (await o.GetAs(basic, "a")).Ok().Value);
        (await Admin.Post($"projects/{projectId}/objects/safe/nobody/encryption/rotate", "")).Refused(404, "notFoundError.resource");
    }

    [Fact]
    public async Task A_deleted_object_leaves_no_key_behind_and_starts_empty_with_a_new_one()
    {
        await using var server = await TestServer.Start();
        var (projectId, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        var key = WrappedKeyOf(server);
        Assert.True(IsInFiles(server, key), "The key is not where this test looks for it.");

        (await server.Admin.Delete($"projects/{projectId}/objects/safe/object")).Ok(204);

        Assert.False(IsInFiles(server, key), "The key is still in the files.");
        Assert.Equal(404, (await o.GetAs(basic, "a")).Status);
        (await o.SetAs(basic, "b", "2")).Ok();
        Assert.False(WrappedKeyOf(server).AsSpan().SequenceEqual(key), "The key is the same.");
        Assert.Equal(1, Number((await server.Admin.Get(ObjectPath(projectId))).Ok().Json.GetProperty("keys")[0], "items"));
    }

    [Fact]
    public async Task A_dropped_key_of_an_object_is_in_the_files_no_more()
    {
        await using var server = await TestServer.Start();
        var (projectId, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        // Behind the format, the current version, the key's version and that of the project's key.
        var key = WrappedKeyOf(server)[13..];
        var path = ObjectPath(projectId);
        (await server.Admin.Post($"{path}/rotate", "")).Ok();
        (await server.Admin.Post($"{path}/apply", "")).Ok();
        Assert.True(IsInFiles(server, key), "The key is not where this test looks for it.");

        (await server.Admin.Delete($"{path}/keys/1")).Ok();

        Assert.False(IsInFiles(server, key), "The key is still in the files.");
        Assert.Equal("1", (await o.GetAs(basic, "a")).Ok().Value);
    }

    [Fact]
    public async Task A_deletion_that_a_reader_of_the_log_keeps_from_being_complete_can_be_repeated()
    {
        await using var server = await TestServer.Start();
        var (projectId, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        var key = WrappedKeyOf(server);
        using (var reader = Open(server))
        {
            Scalar(reader, "BEGIN; SELECT keys FROM objects");
            var deletion = server.Admin.Delete($"projects/{projectId}/objects/safe/object");
            // Others are not held up.
            (await server.NewObject().Set("a", "1")).Ok();
            (await deletion).Refused(503, "serverError.store");
            Assert.True(IsInFiles(server, key), "The key is not where this test looks for it.");
        }

        (await server.Admin.Delete($"projects/{projectId}/objects/safe/object")).Refused(404, "notFoundError.resource");

        Assert.False(IsInFiles(server, key), "The key is still in the files.");
    }

    [Theory]
    [InlineData("GET", "encryption")]
    [InlineData("POST", "encryption/rotate")]
    [InlineData("POST", "encryption/rewrap")]
    [InlineData("DELETE", "encryption/keys/1")]
    [InlineData("POST", "classes/safe/encryption/apply")]
    [InlineData("GET", "classes/safe/encryption/apply")]
    [InlineData("GET", "objects/safe/object/encryption")]
    [InlineData("POST", "objects/safe/object/encryption/rotate")]
    public async Task A_project_that_does_not_exist_has_no_keys(string method, string path) =>
        (await Admin.Send(method, $"projects/project-none/{path}")).Refused(404, "notFoundError.resource");

    [Fact]
    public async Task The_master_key_is_rotated_rolled_back_and_dropped_while_clients_go_on()
    {
        await using var server = await TestServer.Start();
        var (projectId, o, basic) = await server.NewSealedProject();
        (await o.SetAs(basic, "a", "1")).Ok();
        var before = Text((await server.Admin.Get("master-key")).Ok().Json, "current");
        var first = Read(server, StoreKey);

        var to = Text((await server.Admin.Post("master-key/rotate", "")).Ok().Json, "current");
        (await o.SetAs(basic, "b", "2")).Ok();
        await Ended(server);
        var wrapped = Read(server, StoreKey);
        Assert.False(wrapped.AsSpan().SequenceEqual(first), "The store's key was not wrapped anew.");
        (await server.Admin.Post("master-key/rollback", new { id = before })).Ok();
        await Ended(server);
        Assert.True(IsInFiles(server, wrapped), "The store's key is not where this test looks for it.");
        Assert.Equal(before, Text((await server.Admin.Get($"projects/{projectId}/encryption")).Ok().Json.GetProperty("keys")[0], "masterKeyId"));
        (await server.Admin.Post("master-key/drop", new { id = before })).Refused(409, "conflictError.inUse");
        (await server.Admin.Post("master-key/drop", new { id = "0123456789abcdef" })).Refused(404, "notFoundError.resource");
        Assert.DoesNotContain(to, (await server.Admin.Post("master-key/drop", new { id = to })).Ok().Body, StringComparison.Ordinal);

        Assert.False(IsInFiles(server, wrapped), "What the dropped master key has wrapped is still in the files.");
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(server.Folder, "master.key"), TestContext.Current.CancellationToken));
        await server.Process.Kill();
        await server.StartProcess();
        Assert.Equal("2", (await new Calls(server.Http, projectId, "safe", "object").GetAs(basic, "b")).Ok().Value);
    }

    [Fact]
    public async Task A_walk_goes_on_after_the_server_was_killed()
    {
        await using var server = await TestServer.Start();
        var projectId = await server.Admin.NewProject();
        var key = await server.Admin.NewKey(projectId);
        for (var i = 0; i < 3; i++)
            (await new Calls(server.Http, projectId, "safe", $"object-{i}").SetAs(key.Basic, "a", $"{i}")).Ok();
        await server.Admin.PutClass(projectId, "safe", EncryptionCalls.Sealed);
        var path = $"projects/{projectId}/classes/safe/encryption/apply";
        (await server.Admin.Post(path, "")).Ok(202);
        // A walk waits until settings act everywhere, so this comes before its first step.
        await server.Process.Kill();
        await server.StartProcess();

        var walk = await server.Admin.Until(path, json => json.TryGetProperty("endedAt", out _));

        Assert.Equal(3, Number(walk, "changed"));
    }

    /// <summary>The one object's wrapped keys, as a stranger with the file in his hands would read them.</summary>
    private static byte[] WrappedKeyOf(TestServer server) => Read(server, "SELECT keys FROM objects WHERE keys IS NOT NULL");

    private static byte[] Read(TestServer server, string sql)
    {
        using var connection = Open(server);
        return (byte[])Scalar(connection, sql)!;
    }

    private static SqliteConnection Open(TestServer server)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(server.Folder, "vaultrice.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static bool IsInFiles(TestServer server, byte[] bytes) => Directory.GetFiles(server.Folder, "vaultrice.db*").Any(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content.AsSpan().IndexOf(bytes) >= 0;
    });

    private static string ObjectPath(string projectId) => $"projects/{projectId}/objects/safe/object/encryption";

    private static long Number(JsonElement json, string member) => json.GetProperty(member).GetInt64();

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private static Task<JsonElement> Ended(TestServer server) => server.Admin.Until("master-key", json => json.GetProperty("rotation").TryGetProperty("endedAt", out _));
}
