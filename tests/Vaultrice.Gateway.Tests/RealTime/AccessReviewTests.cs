using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>Who waits for whom when sockets are judged again: signatures that take for ever hold up nobody but themselves.</summary>
public sealed class AccessReviewTests : IAsyncLifetime
{
    private readonly EndlessSignatures _signatures = new();
    private readonly TestGate _gate;
    private readonly ObjectFeeds _feeds;
    private readonly AccessReview _review;

    public AccessReviewTests()
    {
        _gate = new(_signatures);
        _feeds = new(_gate.Cluster, Options.Create(new SocketOptions()), lifetime: null!, _gate.Time, NullLogger<ObjectFeeds>.Instance);
        _review = new(_feeds, _gate.Projects, _gate.Time, NullLogger<AccessReview>.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        await _review.StartAsync(TestContext.Current.CancellationToken);
        await ((IHostedLifecycleService)_gate.Projects).StartedAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _review.StopAsync(CancellationToken.None);
        _signatures.VerifyAll();
        await ((IHostedLifecycleService)_gate.Projects).StoppingAsync(CancellationToken.None);
        _review.Dispose();
        _feeds.Dispose();
    }

    [Fact]
    public async Task One_projects_signatures_hold_up_no_other_projects_revocation()
    {
        await Open("one", "costly", signature: "s");
        var signed = await Open("two", "i", signature: "s");
        var plain = await Open("two", "j");
        Change("one");
        Assert.Equal("costly", await _signatures.Begun());
        Disable("two", "key");
        await signed.IsWithdrawn();
        await plain.IsWithdrawn();
    }

    [Fact]
    public async Task A_projects_own_signatures_hold_up_no_later_revocation_that_is_quick_to_see()
    {
        _gate.Grains.Projects["one"] = _gate.Grains.Projects["one"] with
        {
            ApiKeys = _gate.Grains.Projects["one"].ApiKeys.Add("other", ApiKey.Unrestricted("other", "a secret of another key", 0)),
        };
        await Open("one", "costly", signature: "s");
        await Open("one", "costly too", signature: "s");
        var plain = await Open("one", "i", apiKey: "other");
        var signed = await Open("one", "j", apiKey: "other", signature: "s");
        await WaitsForChanges();
        Change("one");
        await _signatures.Begun();
        await WaitsForChanges();
        Disable("one", "other");
        await WaitsForChanges();
        // The one that has begun ends; the next does not.
        _signatures.VerifyOne();
        await _signatures.Begun();
        Assert.True(plain.HasHeard && signed.HasHeard, "The revocation waited for all signatures.");
    }

    [Fact]
    public async Task A_signed_socket_that_its_key_no_longer_reaches_waits_for_no_signature()
    {
        await Open("one", "costly", signature: "s");
        var narrowed = await Open("two", "i", signature: "s");
        Change("one");
        await _signatures.Begun();
        Change("two", key => key with { Scopes = new(["another"], null) });
        await narrowed.IsWithdrawn();
    }

    [Fact]
    public async Task A_project_that_cannot_be_asked_for_is_asked_again()
    {
        var socket = await Open("one", "i");
        await WaitsForChanges();
        _gate.Grains.CanAskProjects = false;
        Disable("one", "key");
        await WaitsForChanges();
        await _gate.Time.Armed(AccessReview.RetryAfter, "Nobody waits to ask again");
        _gate.Grains.CanAskProjects = true;
        // Changes are still told: that is no reason to judge all sockets anew.
        _gate.Time.Advance(AccessReview.RetryAfter / 2);
        _gate.Grains.Tell("two");
        await WaitsForChanges();
        Assert.False(socket.HasHeard, "Nothing was known of the project.");
        _gate.Time.Advance(AccessReview.RetryAfter / 2);
        await socket.IsWithdrawn();
    }

    /// <summary>Whoever listens for changes has acted on those before, and waits for the next.</summary>
    private Task WaitsForChanges() => _gate.Time.Armed(TimeSpan.FromSeconds(1), "Nobody waits for changes");

    private Task<TestSocket> Open(string projectId, string id, string apiKey = "key", string? signature = null) =>
        TestSocket.Open(_gate, make => _feeds.Add($"{projectId}/c/{id}", make), projectId, apiKey, id, signature);

    private void Disable(string projectId, string apiKey) => Change(projectId, key => key.Id == apiKey ? key with { Enabled = false } : key);

    private void Change(string projectId, Func<ApiKey, ApiKey>? change = null)
    {
        var project = _gate.Grains.Projects[projectId];
        var keys = project.ApiKeys.SetItems(project.ApiKeys.Select(key => KeyValuePair.Create(key.Key, change?.Invoke(key.Value) ?? key.Value)));
        _gate.Grains.Projects[projectId] = project with { ApiKeys = keys };
        _gate.Grains.Tell(projectId);
    }

    /// <summary>Stands for the check of signatures where each takes until the test says so.</summary>
    private sealed class EndlessSignatures : IAccessCheck
    {
        private readonly Channel<string> _begun = Channel.CreateUnbounded<string>();
        private readonly SemaphoreSlim _verified = new(0);

        public string Name => "idSignature";

        /// <summary>The id of the next whose verification begins.</summary>
        public Task<string> Begun() => _begun.Reader.ReadAsync().AsTask().Or("No signature was verified");

        public void VerifyOne() => _verified.Release();

        public void VerifyAll() => _verified.Release(1_000);

        public CheckResult Check(in AccessRequest request, Caller caller)
        {
            if (request is { IsRepeated: true, LeavesSignature: false, IdSignature: not null })
            {
                _begun.Writer.TryWrite(request.Id!);
                _verified.Wait();
            }
            return CheckResult.Passed("");
        }
    }
}
