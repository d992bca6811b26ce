using System.Security.Cryptography;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Settings of classes: what is taken, what is shown, and that secrets stay inside.</summary>
public sealed class ClassesApiTests(SharedServer shared)
{
    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task All_settings_go_in_and_come_out_but_for_secrets()
    {
        var project = await Admin.NewProject();
        var path = $"projects/{project}/classes/orders";
        var settings = new
        {
            idSignature = new
            {
                required = true,
                keys = new object[]
                {
                    new { version = 0, algorithm = "HS256", secret = "SECRETMARK1", enabled = false },
                    new { version = 1, algorithm = "RS256", publicKey = Pem(RSA.Create(2048)), preferred = true },
                    new { version = 2, algorithm = "ES512", publicKey = Pem(ECDsa.Create(ECCurve.NamedCurves.nistP521)) },
                },
            },
            identity = new { mode = "userIdSignature", userIdField = "uid", secret = "SECRETMARK2" },
            encryption = new { additionalAtRest = false, required = true },
            ttl = new { @default = 60_000, max = 120_000 },
            resumeWindow = 0,
            presenceGrace = 3_600_000,
            limits = new { itemBytes = 10, objectRate = new { messagesPerSecond = 0.5 }, total = new { items = 7 } },
        };
        (await Admin.Put(path, settings)).Ok();
        var shown = (await Admin.Get(path)).Ok();
        Assert.DoesNotContain("SECRETMARK", shown.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETMARK", (await Admin.Get($"projects/{project}/classes")).Ok().Body, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETMARK", (await Admin.Get($"projects/{project}/audit")).Ok().Body, StringComparison.Ordinal);
        var json = shown.Json;
        Assert.Equal("orders", json.GetProperty("class").GetString());
        Assert.Equal("""{"version":0,"algorithm":"HS256","enabled":false,"hasSecret":true,"uses":0}""", json.GetProperty("idSignature").GetProperty("keys")[0].GetRawText());
        Assert.Contains("BEGIN PUBLIC KEY", json.GetProperty("idSignature").GetProperty("keys")[1].GetProperty("publicKey").GetString(), StringComparison.Ordinal);
        Assert.True(json.GetProperty("idSignature").GetProperty("keys")[2].GetProperty("enabled").GetBoolean());
        Assert.Equal("""{"mode":"userIdSignature","userIdField":"uid","hasSecret":true}""", json.GetProperty("identity").GetRawText());
        Assert.Equal("""{"additionalAtRest":false,"required":true}""", json.GetProperty("encryption").GetRawText());
        Assert.Equal("""{"default":60000,"max":120000}""", json.GetProperty("ttl").GetRawText());
        Assert.Equal("""{"itemBytes":10,"objectRate":{"messagesPerSecond":0.5},"total":{"items":7}}""", json.GetProperty("limits").GetRawText());

        // What was shown is sent again, and changes nothing.
        Assert.Equal(shown.Body, (await Admin.Put(path, shown.Body)).Ok().Body);
        (await Admin.Delete(path)).Ok(204);
        (await Admin.Get(path)).Refused(404, "notFoundError.resource");
        (await Admin.Delete(path)).Refused(404, "notFoundError.resource");
        // The secrets went with it.
        (await Admin.Put(path, shown.Body)).Refused(400, "validationError.argument");
    }

    [Fact]
    public async Task A_class_can_have_any_name_that_objects_can_use()
    {
        var project = await Admin.NewProject();
        foreach (var name in new[] { "_undefined_", "a b", "ü☕", "a%b", "a?b#c", "__proto__" })
        {
            await Admin.PutClass(project, Uri.EscapeDataString(name), new { resumeWindow = 1000 });
            Assert.Equal(name, (await Admin.Get($"projects/{project}/classes/{Uri.EscapeDataString(name)}")).Ok().Json.GetProperty("class").GetString());
        }
        Assert.Equal(6, (await Admin.Get($"projects/{project}/classes")).Ok().Json.GetArrayLength());
        foreach (var name in new[] { "a%2Fb", "%01", new string('x', 257) })
            (await Admin.Put($"projects/{project}/classes/{name}", new { })).Refused(400, "validationError.name");
    }

    [Theory]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"none","secret":"a"}]}}""", "idSignature.keys[0].algorithm")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"hs256","secret":"a"}]}}""", "idSignature.keys[0].algorithm")]
    [InlineData("""{"idSignature":{"keys":[{"version":-1,"algorithm":"HS256","secret":"a"}]}}""", "idSignature.keys[0].version")]
    [InlineData("""{"idSignature":{"keys":[{"version":1.5,"algorithm":"HS256","secret":"a"}]}}""", "idSignature.keys[0].version")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"HS256","secret":""}]}}""", "idSignature.keys[0].secret")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"HS256","publicKey":"a"}]}}""", "idSignature.keys[0].publicKey")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"RS256","secret":"a"}]}}""", "idSignature.keys[0].secret")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"RS256"}]}}""", "idSignature.keys[0].publicKey")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"RS256","publicKey":"no pem"}]}}""", "idSignature.keys[0].publicKey")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"HS256","secret":"a"},{"version":1,"algorithm":"HS256","secret":"b"}]}}""", "idSignature.keys[1].version")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"HS256","secret":"a","preferred":true},{"version":2,"algorithm":"HS256","secret":"b","preferred":true}]}}""", "idSignature.keys")]
    [InlineData("""{"idSignature":{"keys":[{"algorithm":"HS256","secret":"a"}]}}""", "idSignature.keys[0].version")]
    [InlineData("""{"idSignature":{"keys":[null]}}""", "idSignature.keys[0]")]
    [InlineData("""{"idSignature":{"keys":[{"version":1,"algorithm":"HS256","secret":"a","enabled":null}]}}""", "idSignature.keys[0].enabled")]
    [InlineData("""{"idSignature":null}""", "idSignature")]
    [InlineData("""{"idSignature":{"required":null}}""", "idSignature.required")]
    [InlineData("""{"identity":null}""", "identity")]
    [InlineData("""{"identity":{"mode":"userIdSignature","secret":"a","userIdField":null}}""", "identity.userIdField")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","algorithms":null}}""", "identity.algorithms")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","issuer":null}}""", "identity.issuer")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","audience":null}}""", "identity.audience")]
    [InlineData("""{"encryption":null}""", "encryption")]
    [InlineData("""{"encryption":{"required":null}}""", "encryption.required")]
    [InlineData("""{"idSignature":{"require":true}}""", "idSignature.require")]
    [InlineData("""{"idSignature":{"required":"yes"}}""", "idSignature.required")]
    [InlineData("""{"identity":{}}""", "identity.mode")]
    [InlineData("""{"identity":{"mode":"JWT"}}""", "identity.mode")]
    [InlineData("""{"identity":{"mode":"none","secret":"a"}}""", "identity")]
    [InlineData("""{"identity":{"mode":"userIdSignature","secret":"a","issuer":"b"}}""", "identity")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","publicKey":"b"}}""", "identity")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","algorithms":["RS256"]}}""", "identity.algorithms[0]")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","algorithms":["none"]}}""", "identity.algorithms[0]")]
    [InlineData("""{"identity":{"mode":"jwt","secret":"a","algorithms":[]}}""", "identity.algorithms")]
    [InlineData("""{"ttl":{"default":0}}""", "ttl.default")]
    [InlineData("""{"ttl":{"default":2,"max":1}}""", "ttl.default")]
    [InlineData("""{"ttl":{"max":"1h"}}""", "ttl.max")]
    [InlineData("""{"resumeWindow":-1}""", "resumeWindow")]
    [InlineData("""{"resumeWindow":3600001}""", "resumeWindow")]
    [InlineData("""{"presenceGrace":3600001}""", "presenceGrace")]
    [InlineData("""{"limits":{"itemBytes":0}}""", "limits.itemBytes")]
    [InlineData("""{"limits":{"itemBytes":2147483648}}""", "limits.itemBytes")]
    [InlineData("""{"limits":{"objectRate":{"requestsPerSecond":0}}}""", "limits.objectRate.requestsPerSecond")]
    [InlineData("""{"limits":{"total":{"bytes":-5}}}""", "limits.total.bytes")]
    [InlineData("""{"encryption":{"additionalAtRest":1}}""", "encryption.additionalAtRest")]
    [InlineData("""{"class":"other"}""", "class")]
    public async Task A_bad_member_is_refused_by_name_and_changes_nothing(string body, string member)
    {
        var project = await Admin.NewProject();
        await Admin.PutClass(project, "c", new { resumeWindow = 5 });
        var refused = (await Admin.Put($"projects/{project}/classes/c", body)).Refused(400, "validationError.argument");
        Assert.Contains($"'{member}'", refused.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"class":"c","resumeWindow":5}""", (await Admin.Get($"projects/{project}/classes/c")).Ok().Body);
    }

    [Fact]
    public async Task A_secret_that_was_never_sent_cannot_be_left_out()
    {
        var project = await Admin.NewProject();
        var path = $"projects/{project}/classes/c";
        (await Admin.Put(path, """{"idSignature":{"keys":[{"version":1,"algorithm":"HS256"}]}}""")).Refused(400, "validationError.argument");
        (await Admin.Put(path, """{"identity":{"mode":"jwt"}}""")).Refused(400, "validationError.argument");
        await Admin.PutClass(project, "c", new { identity = new { mode = "jwt", secret = "abc" } });
        (await Admin.Put(path, """{"identity":{"mode":"jwt","issuer":"me"}}""")).Ok();
        // A secret of one mode is not that of another.
        (await Admin.Put(path, """{"identity":{"mode":"userIdSignature"}}""")).Refused(400, "validationError.argument");
    }

    [Fact]
    public async Task Keys_that_are_no_public_keys_or_do_not_fit_are_refused_with_the_reason()
    {
        var project = await Admin.NewProject();
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var request = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=a", p256, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1)).ExportCertificatePem();
        foreach (var (pem, algorithm, reason) in new[]
        {
            (rsa.ExportPkcs8PrivateKeyPem(), "RS256", "private"),
            (rsa.ExportRSAPrivateKeyPem(), "RS256", "private"),
            (rsa.ExportRSAPublicKeyPem(), "RS256", "PEM"),
            (certificate, "ES256", "certificate"),
            (Pem(small), "RS256", "2048"),
            (RsaOf(bits: 4104), "RS256", "4096"),
            (RsaOf(bits: 4104), "PS256", "4096"),
            (RsaOf(bits: 8192), "PS256", "4096"),
            (Pem(p256), "ES384", "does not fit"),
            (Pem(p256), "RS256", "does not fit"),
            (Pem(rsa), "ES256", "does not fit"),
            (Pem(rsa), "EdDSA", "does not fit"),
            (Pem(rsa) + Pem(p256), "RS256", "PEM"),
            (Pem(rsa)[..^60] + Pem(rsa)[^30..], "RS256", "PEM"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "RS256", "PEM"),
        })
        {
            var refused = (await Admin.Put($"projects/{project}/classes/c", new { idSignature = new { keys = new[] { new { version = 1, algorithm, publicKey = pem } } } }))
                .Refused(400, "validationError.argument");
            Assert.Contains(reason, refused.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE", refused.Body, StringComparison.Ordinal);
        }
        (await Admin.Put($"projects/{project}/classes/c", new { identity = new { mode = "jwt", publicKey = RsaOf(bits: 4104) } }))
            .Refused(400, "validationError.argument");
        await Admin.PutClass(project, "c", new { idSignature = new { keys = new[] { new { version = 1, algorithm = "PS256", publicKey = RsaOf(bits: 4096) } } } });
        // RFC 8410's example of an Ed25519 key.
        const string Ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
        await Admin.PutClass(project, "c", new { idSignature = new { keys = new[] { new { version = 1, algorithm = "EdDSA", publicKey = Ed25519 } } } });
        await Admin.PutClass(project, "c", new { identity = new { mode = "jwt", publicKey = Pem(p256), algorithms = new[] { "ES256" } } });
    }

    [Fact]
    public async Task A_public_key_is_kept_without_what_stands_around_it()
    {
        var project = await Admin.NewProject();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var padded = new string(' ', 3_000) + Pem(key).Replace("\n", "\r\n \t") + new string('\n', 3_000);
        var settings = new { idSignature = new { keys = new[] { new { version = 1, algorithm = "ES256", publicKey = padded } } }, identity = new { mode = "jwt", publicKey = padded } };
        var json = (await Admin.Put($"projects/{project}/classes/c", settings)).Ok().Json;
        Assert.Equal(Pem(key), json.GetProperty("idSignature").GetProperty("keys")[0].GetProperty("publicKey").GetString());
        Assert.Equal(Pem(key), json.GetProperty("identity").GetProperty("publicKey").GetString());
    }

    [Fact]
    public async Task The_settings_of_a_project_have_a_limit_and_what_disables_and_deletes_goes_on()
    {
        await using var server = await TestServer.Start(("Administration__ProjectBytes", "65536"));
        var project = await server.Admin.NewProject();
        var key = await server.Admin.NewKey(project);
        var large = new { idSignature = new { keys = Enumerable.Range(0, 4).Select(version => new { version, algorithm = "HS256", secret = new string('s', 4096) }) } };
        Answer answer;
        var classes = 0;
        do
            answer = await server.Admin.Put($"projects/{project}/classes/c{classes}", large);
        while (answer.Status == 200 && ++classes < 10);
        answer.Refused(413, "limitError.project.size");
        Assert.Equal(3, classes);
        Assert.Equal(classes, (await server.Admin.Get($"projects/{project}/classes")).Ok().Json.GetArrayLength());
        await server.Admin.PatchKey(key, new { enabled = false });
        (await server.Admin.Delete($"projects/{project}/classes/c0")).Ok(204);
        (await server.Admin.Put($"projects/{project}/classes/c9", large)).Ok();
    }

    /// <summary>A key of which nobody has the other half: any odd number of the length will do.</summary>
    private static string RsaOf(int bits)
    {
        using var key = RSA.Create(new RSAParameters { Modulus = [0xff, .. new byte[bits / 8 - 2], 0x01], Exponent = [1, 0, 1] });
        return Pem(key);
    }

    private static string Pem(AsymmetricAlgorithm key) => key.ExportSubjectPublicKeyInfoPem();
}
