using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Projects;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access.Signatures;

/// <summary>What the gate makes of signed and unsigned ids.</summary>
public sealed class IdSignatureCheckTests
{
    private const string Secret = "a secret of the project";

    private readonly SignatureVector _vector = SignatureVectors.Of("ES256");
    private readonly FakeGrains _grains;
    private readonly AccessGate _gate;

    public IdSignatureCheckTests()
    {
        (var factory, _grains) = FakeGrains.Create();
        _grains.Add("project", "key", Secret);
        var time = TimeProvider.System;
        var uses = new UseReports(factory, time, NullLogger<UseReports>.Instance);
        var addresses = new AddressLimits(new ServerQuotas(new() { Address = new() { FailuresPerSecond = 0.01 }, Burst = TimeSpan.FromMinutes(10) }, isDevelopment: true), time);
        var projects = new ProjectSnapshots(factory, time, NullLogger<ProjectSnapshots>.Instance);
        _gate = new(
            projects,
            new(projects, new(new(factory, time), time), new(maxBytes: 64 * 1024), addresses, uses, time),
            [new IdSignatureCheck(new(new(64 * 1024)), addresses, uses, time)],
            time);
    }

    [Fact]
    public async Task A_required_signature_that_is_missing_or_wrong_is_refused_with_its_own_reason()
    {
        Put(required: true);
        Assert.Null(await Refused(_vector.Hex));
        Assert.Null(await Refused(_vector.Hex, "3"));
        Assert.Equal(StorageErrorCode.IdSignatureMissing, await Refused(null));
        Assert.Equal(StorageErrorCode.IdSignatureMissing, await Refused(""));
        Assert.Equal(StorageErrorCode.IdSignatureMissing, await Refused(null, "3"));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused("00" + _vector.Hex[2..]));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused(_vector.Hex, "4"));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused(_vector.Hex, "x"));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused(_vector.Hex + "," + _vector.Hex));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused(_vector.Hex, id: _vector.Id + "x"));
    }

    [Fact]
    public async Task Where_none_is_required_one_may_be_left_out_but_not_be_wrong()
    {
        Put(required: false);
        Assert.Null(await Refused(null));
        Assert.Null(await Refused(_vector.Hex));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused("00"));
    }

    [Fact]
    public async Task A_class_without_keys_for_it_does_not_look_at_signatures()
    {
        Put(required: true);
        Assert.Null(await Refused("00", @class: "other"));
    }

    [Fact]
    public async Task Required_without_any_key_nobody_gets_in()
    {
        PutKeys(required: true, []);
        Assert.Equal(StorageErrorCode.IdSignatureMissing, await Refused(null));
        Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused(_vector.Hex));
    }

    [Fact]
    public async Task An_explanation_tells_the_owner_more_than_the_caller()
    {
        Put(required: true);
        var (explained, _) = await _gate.Explain(Request(_vector.Hex, "4", _vector.Id, "signed"), "key");
        var check = Assert.Single(explained, check => check.Check == "idSignature");
        Assert.Equal(ExplainedResult.Failed, check.Result);
        Assert.Contains("version", check.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_vector.Hex, check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_an_address_that_keeps_sending_bad_ones_no_new_one_is_looked_at_for_a_while()
    {
        Put(required: true);
        var others = SignatureVectors.All.Vectors.First(vector => vector.PublicKey == _vector.PublicKey && vector.Id != _vector.Id);
        Assert.Null(await Refused(_vector.Hex));
        for (var i = 0; i < 6; i++)
            Assert.Equal(StorageErrorCode.IdSignatureInvalid, await Refused("00" + _vector.Hex[2..]));
        Assert.Equal(StorageErrorCode.TooManyRequests, await Refused("00" + _vector.Hex[2..]));
        Assert.Equal(StorageErrorCode.TooManyRequests, await Refused(others.Hex, id: others.Id));
        Assert.Null(await Refused(_vector.Hex));
        Assert.Null(await Refused(others.Hex, id: others.Id, from: 2));
    }

    private void Put(bool required) =>
        PutKeys(required, [new(3, _vector.Algorithm, _vector.PublicKey, null, Enabled: true, Preferred: true)]);

    private void PutKeys(bool required, ImmutableArray<IdSignatureKey> keys) =>
        _grains.Projects["project"] = _grains.Projects["project"] with
        {
            Classes = ImmutableDictionary<string, ClassSettings>.Empty.Add("signed", new(IdSignature: new(required, keys))),
        };

    private async Task<StorageErrorCode?> Refused(string? signature, string? version = null, string? id = null, string @class = "signed", int from = 1) =>
        (await _gate.Check(Request(signature, version, id ?? _vector.Id, @class) with { Address = new(from) })).Error?.Code;

    private static AccessRequest Request(string? signature, string? version, string id, string @class) => new("project", AccessOperation.Read)
    {
        Credentials = TestServer.BasicOf("key", Secret),
        Class = @class,
        Id = id,
        IdSignature = signature,
        IdSignatureKeyVersion = version,
    };
}
