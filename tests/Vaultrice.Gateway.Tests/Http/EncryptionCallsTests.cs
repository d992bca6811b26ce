using System.Text.Json;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>End-to-end encryption settings and the version that comes with items and messages.</summary>
public sealed class EncryptionCallsTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task The_first_call_creates_version_0_and_the_next_answers_the_same()
    {
        var first = (await _object.Encryption()).Ok();
        Assert.Equal("application/json", first.ContentType);
        Assert.Equal(["encryptionSettings", "previousEncryptionSettings"], first.Json.EnumerateObject().Select(member => member.Name));
        var settings = first.Json.GetProperty("encryptionSettings");
        Assert.Equal(["salt", "keyVersion", "createdAt"], settings.EnumerateObject().Select(member => member.Name));
        Assert.Equal(0, settings.GetProperty("keyVersion").GetInt32());
        Assert.Equal(16, settings.GetProperty("salt").GetBytesFromBase64().Length);
        Assert.Equal(0, first.Json.GetProperty("previousEncryptionSettings").GetArrayLength());
        Assert.Equal(first.Body, (await _object.Encryption()).Ok().Body);
    }

    [Fact]
    public async Task The_salt_has_the_length_that_was_asked_for()
    {
        var settings = (await _object.Encryption("""{"saltLength":32}""")).Ok().Json.GetProperty("encryptionSettings");
        Assert.Equal(32, settings.GetProperty("salt").GetBytesFromBase64().Length);
    }

    [Fact]
    public async Task A_rotation_counts_up_and_moves_the_current_one_to_the_previous()
    {
        var first = (await _object.Encryption()).Ok().Json.GetProperty("encryptionSettings").GetRawText();
        var second = (await _object.Rotate()).Ok().Json;
        Assert.Equal(1, second.GetProperty("encryptionSettings").GetProperty("keyVersion").GetInt32());
        Assert.Equal([first], second.GetProperty("previousEncryptionSettings").EnumerateArray().Select(settings => settings.GetRawText()));
        (await _object.Rotate()).Ok();
        var third = (await _object.Encryption()).Ok().Json;
        Assert.Equal([1, 0], third.GetProperty("previousEncryptionSettings").EnumerateArray().Select(VersionOf));
        Assert.Equal(2, VersionOf(third.GetProperty("encryptionSettings")));
    }

    [Fact]
    public async Task An_item_carries_the_version_it_was_written_with_and_loses_it_with_a_plain_write()
    {
        (await _object.Encryption()).Ok();
        (await _object.Rotate()).Ok();
        var old = (await _object.Set("a", "\"cipher\"", headers: ("X-Enc-KV", "0"))).Ok();
        Assert.Equal(["value", "expiresAt", "createdAt", "updatedAt", "keyVersion"], old.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(0, VersionOf(old.Json));
        Assert.Equal(1, VersionOf((await _object.Set("a", "\"cipher\"", headers: ("X-Enc-KV", "1"))).Ok().Json));
        Assert.Equal(1, VersionOf((await _object.Get("a")).Ok().Json));
        Assert.False((await _object.Set("a", "\"plain\"")).Ok().Json.TryGetProperty("keyVersion", out _));
        var many = (await _object.SetMany("""{"b":{"value":"c"}}""", ("X-Enc-KV", "1"))).Ok();
        Assert.Equal(1, VersionOf(many.Json.GetProperty("b")));
    }

    [Fact]
    public async Task A_version_that_was_never_issued_is_409()
    {
        (await _object.Set("a", "1", headers: ("X-Enc-KV", "0"))).Refused(409, "conflictError.keyVersion.mismatch");
        (await _object.Encryption()).Ok();
        (await _object.Set("a", "1", headers: ("X-Enc-KV", "1"))).Refused(409, "conflictError.keyVersion.mismatch");
        (await _object.SetMany("""{"a":{"value":1}}""", ("X-Enc-KV", "1"))).Refused(409, "conflictError.keyVersion.mismatch");
        (await _object.Message("\"x\"", headers: ("X-Enc-KV", "1"))).Refused(409, "conflictError.keyVersion.mismatch");
        Assert.Empty(await _object.Names());
    }

    [Fact]
    public async Task Reads_and_removals_are_never_refused_for_their_version()
    {
        (await _object.Set("a", "1")).Ok();
        (string, string) header = ("X-Enc-KV", "99");
        (await _object.Send("GET", $"cache/{_object.ObjectPath}/a", headers: header)).Ok();
        (await _object.Send("GET", $"cache/{_object.ObjectPath}", headers: header)).Ok();
        (await _object.Send("GET", $"cache-keys/{_object.ObjectPath}", headers: header)).Ok();
        (await _object.Send("POST", $"cache-query/{_object.ObjectPath}", "[\"a\"]", headers: header)).Ok();
        (await _object.Send("GET", $"presence-list/{_object.ObjectPath}", headers: header)).Ok();
        (await _object.Send("DELETE", $"cache/{_object.ObjectPath}/a", headers: header)).Ok(204);
        (await _object.Send("DELETE", $"cache/{_object.ObjectPath}", headers: header)).Ok(204);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    [InlineData("")]
    public async Task A_version_that_is_no_number_is_refused(string version)
    {
        (await _object.Set("a", "1", headers: ("X-Enc-KV", version))).Refused();
        (await _object.Message("1", headers: ("X-Enc-KV", version))).Refused();
        Assert.Empty(await _object.Names());
    }

    private static int VersionOf(JsonElement json) => json.GetProperty("keyVersion").GetInt32();
}
