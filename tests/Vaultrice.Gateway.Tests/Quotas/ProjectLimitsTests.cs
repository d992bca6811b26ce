using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Projects;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

/// <summary>What keys, projects, classes and objects may take, by a clock that stands still.</summary>
public sealed class ProjectLimitsTests
{
    private const string SdkWord = "Please retry";

    private readonly FakeTimeProvider _time = new();
    private readonly ProjectSnapshot _project = ServerQuotasTests.Project(null);

    [Fact]
    public void A_burst_passes_and_then_what_the_rate_allows()
    {
        var limits = Limits(new() { Key = new() { RequestsPerSecond = 10 } });
        Assert.Equal(20, Passing(limits, 100));
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(5, Passing(limits, 100));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, Passing(limits, 100));
    }

    [Fact]
    public void A_limit_below_one_a_second_lets_one_through_at_a_time()
    {
        var limits = Limits(new() { Key = new() { RequestsPerSecond = 0.1 } });
        Assert.Equal(1, Passing(limits, 5));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, Passing(limits, 5));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Passing(limits, 5));
    }

    [Fact]
    public void As_many_repeats_are_invited_as_can_be_served_and_no_more()
    {
        var limits = Limits(new() { Key = new() { RequestsPerSecond = 10 } });
        Passing(limits, 20);
        var refusals = Enumerable.Range(0, 1_000).Select(_ => Take(limits)!).ToArray();
        Assert.All(refusals, refusal => Assert.Equal(StorageErrorCode.TooManyRequests, refusal.Code));
        Assert.Equal(5, refusals.Count(refusal => refusal.Message.Contains(SdkWord, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_key_project_class_and_object_has_its_own()
    {
        var two = ServerQuotasTests.Project(null, "q");
        foreach (var (options, others) in new (QuotaOptions, (ProjectSnapshot, string, string, string)[])[]
        {
            (new() { Object = new() { RequestsPerSecond = 1 } }, [(_project, "key", "c", "other"), (_project, "key", "other", "o"), (two, "key", "c", "o")]),
            (new() { Class = new() { RequestsPerSecond = 1 } }, [(_project, "key", "other", "o"), (two, "key", "c", "o")]),
            (new() { Key = new() { RequestsPerSecond = 1 } }, [(_project, "other", "c", "o"), (two, "key", "c", "o")]),
            (new() { Project = new() { RequestsPerSecond = 1 } }, [(two, "key", "c", "o")]),
        })
        {
            var limits = Limits(options);
            Assert.Equal(2, Passing(limits, 10));
            foreach (var (project, key, @class, id) in others)
                Assert.Null(limits.Take(project, key, @class, id, Uses.Request));
            Assert.NotNull(Take(limits));
        }
    }

    [Fact]
    public void What_a_hot_object_is_refused_takes_nothing_from_its_key_and_project()
    {
        var limits = Limits(new() { Object = new() { RequestsPerSecond = 1 }, Key = new() { RequestsPerSecond = 5 }, Project = new() { RequestsPerSecond = 5 } });
        Assert.Equal(2, Passing(limits, 1_000));
        for (var i = 0; i < 8; i++)
            Assert.Null(limits.Take(_project, "key", "c", $"other {i}", Uses.Request));
    }

    [Fact]
    public void Messages_are_counted_apart_from_requests_and_a_message_over_HTTP_is_both()
    {
        var limits = Limits(new() { Key = new() { RequestsPerSecond = 3, MessagesPerSecond = 1 } });
        Assert.Null(Take(limits, Uses.Message | Uses.Request));
        Assert.Null(Take(limits, Uses.Message));
        Assert.Equal(StorageErrorCode.TooManyMessages, Take(limits, Uses.Message)!.Code);
        Assert.Equal(5, Passing(limits, 100));
    }

    [Fact]
    public void Sockets_have_as_many_seats_as_the_narrowest_scope_and_a_seat_that_is_left_is_free()
    {
        var limits = Limits(new() { Key = new() { Sockets = 2 }, Project = new() { Sockets = 3 } });
        var first = Sit(limits, "key");
        Sit(limits, "key");
        var (refusal, none) = limits.Sit(_project, "key", "c", "o");
        Assert.Equal((StorageErrorCode.TooManySockets, null), (refusal!.Code, none));
        // The refused one has left the seats it had taken elsewhere.
        Sit(limits, "other");
        Assert.NotNull(limits.Sit(_project, "third", "c", "o").Refusal);
        first.Dispose();
        first.Dispose();
        Sit(limits, "key");
        Assert.NotNull(limits.Sit(_project, "third", "c", "o").Refusal);
    }

    [Fact]
    public void What_others_are_asked_for_is_taken_off_and_beyond_the_limit_the_shares_are_in_proportion()
    {
        var limits = Limits(new() { Burst = TimeSpan.FromSeconds(1), Key = new() { RequestsPerSecond = 100, Sockets = 10 } });
        Assert.Equal(30, Enumerable.Range(0, 30).Count(_ => Take(limits) is null));
        _time.Advance(TimeSpan.FromSeconds(1));
        var scope = Assert.Single(limits.Sweep(0.8, 0.02)["p"]);
        Assert.Equal(("key", 30, 0), (scope.Key.NameInProject, scope.Demand.Requests, scope.Demand.Sockets));

        scope.Scope.Share(scope.Demand, new(60, 0, 9));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(40, Passing(limits, 200));
        Sit(limits, "key");
        Assert.NotNull(limits.Sit(_project, "key", "c", "o").Refusal);

        scope.Scope.Share(new(100, 0, 1), new(300, 0, 0));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(25, Passing(limits, 200));
        // Who asks for much more than there is gets no more for it than who asks for all of it.
        scope.Scope.Share(new(1_000_000, 0, 1), new(100, 0, 0));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(50, Passing(limits, 200));
        scope.Scope.Share(default, default);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(100, Passing(limits, 200));
    }

    [Theory]
    [InlineData(1_000, 1_000, 50, 50)]
    [InlineData(1_000, 26, 79, 20)]
    public void However_much_gateways_are_asked_for_they_let_through_all_there_is_together(int here, int there, int hereLetThrough, int thereLetThrough)
    {
        var options = new QuotaOptions { Burst = TimeSpan.FromSeconds(1), Key = new() { RequestsPerSecond = 100 } };
        var (one, other) = (Limits(options), Limits(options));
        Passing(one, here);
        Passing(other, there);
        _time.Advance(TimeSpan.FromSeconds(1));
        var (said, heard) = (Assert.Single(one.Sweep(0.8, 0.02)["p"]), Assert.Single(other.Sweep(0.8, 0.02)["p"]));
        said.Scope.Share(said.Demand, heard.Demand);
        heard.Scope.Share(heard.Demand, said.Demand);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((hereLetThrough, thereLetThrough), (Passing(one, 200), Passing(other, 200)));
    }

    [Fact]
    public void What_is_far_from_its_limit_is_told_to_nobody()
    {
        var limits = Limits(new() { Key = new() { RequestsPerSecond = 100 } });
        Assert.Null(Take(limits));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(limits.Sweep(0.8, 0.02));
    }

    [Fact]
    public void Idle_scopes_are_forgotten_and_there_are_never_more_than_stated()
    {
        var limits = Limits(new() { Tracked = 100, Object = new() { RequestsPerSecond = 1, Sockets = 5 } });
        for (var i = 0; i < 1_000; i++)
            Assert.Null(limits.Take(_project, "key", "c", $"{i}", Uses.Request));
        Assert.InRange(limits.Count, 1, 100);
        using var seat = limits.Sit(_project, "key", "c", "seated").Seats;
        limits.Sweep(0.8, 0.02);
        _time.Advance(TimeSpan.FromSeconds(2));
        limits.Sweep(0.8, 0.02);
        Assert.Equal(1, limits.Count);
    }

    [Fact]
    public void Refusals_and_near_misses_are_counted_by_kind_and_by_nothing_else()
    {
        List<string> counted = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter == Diagnostics.Meter && instrument.Name.StartsWith("vaultrice.limits.", StringComparison.Ordinal))
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (counted)
                counted.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
        });
        listener.Start();
        // A kind and a limit that no other test has together.
        var limits = Limits(new() { Burst = TimeSpan.FromSeconds(1), Class = new() { MessagesPerSecond = 10 } });
        for (var i = 0; i < 8; i++)
            Assert.Null(Take(limits, Uses.Message));
        _time.Advance(TimeSpan.FromSeconds(1));
        limits.Sweep(0.8, 0.02);
        for (var i = 0; i < 11; i++)
            Take(limits, Uses.Message);
        // Others of the same name are counted in other tests at this moment.
        string[] all;
        lock (counted)
            all = [.. counted];
        Assert.Equal(
            ["vaultrice.limits.near 1 scope=class limit=messages", "vaultrice.limits.refused 1 scope=class limit=messages"],
            all.Where(line => line.EndsWith("scope=class limit=messages", StringComparison.Ordinal)));
    }

    private ProjectLimits Limits(QuotaOptions options) => new(new ServerQuotas(options, isDevelopment: true), _time);

    private StorageError? Take(ProjectLimits limits, Uses uses = Uses.Request) => limits.Take(_project, "key", "c", "o", uses);

    private int Passing(ProjectLimits limits, int count) => Enumerable.Range(0, count).Count(_ => Take(limits) is null);

    private IDisposable Sit(ProjectLimits limits, string key)
    {
        var (refusal, seats) = limits.Sit(_project, key, "c", "o");
        Assert.Null(refusal);
        return seats!;
    }
}
