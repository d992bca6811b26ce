using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Grains.Quotas;
using Vaultrice.Projects;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Grains.Tests.Quotas;

/// <summary>When a silo hears how much room there is for what its objects store.</summary>
public sealed class StoredMetersTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Totals _totals;
    private readonly StoredMeters _meters;

    public StoredMetersTests()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Totals>();
        _totals = (Totals)(object)grains;
        var quotas = new ServerQuotas(new() { Enabled = true, Project = new() { Items = 10 } }, isDevelopment: true);
        _meters = new(quotas, new(grains, _time, NullLogger<ProjectSnapshots>.Instance), grains, _time, NullLogger<StoredMeters>.Instance);
    }

    [Fact]
    public async Task However_much_is_refused_room_made_elsewhere_is_heard_of_with_the_next_report()
    {
        _totals.Items = 10;
        var meter = _meters.Of("one", "c");
        await _meters.Report();
        Parallel.For(0, 10_000, _ => Assert.NotNull(meter.Refuse(1, 1)));
        _totals.Items = 5;
        var reported = _totals.Reports;
        await _meters.Report();
        Assert.Null(meter.Refuse(1, 1));
        Assert.Equal(1, _totals.Reports - reported);
    }

    [Fact]
    public async Task Refusals_of_one_project_hold_up_no_other_projects_report()
    {
        _totals.Items = 10;
        var (loud, quiet) = (_meters.Of("one", "c"), _meters.Of("two", "c"));
        await _meters.Report();
        _totals.Answering = new();
        loud.Refuse(1, 1);
        var stuck = _meters.Report();
        _totals.Items = 5;
        Parallel.For(0, 10_000, _ => loud.Refuse(1, 1));
        quiet.Refuse(1, 1);
        await _meters.Report();
        Assert.Null(quiet.Refuse(1, 1));
        Assert.False(stuck.IsCompleted, "The first report was not held up.");
    }

    [Fact]
    public async Task What_could_not_be_reported_since_its_project_could_not_be_asked_for_is_reported_later()
    {
        _totals.Items = 10;
        _totals.CanAskProjects = false;
        var meter = _meters.Of("one", "c");
        await _meters.Report();
        Assert.Null(meter.Refuse(1, 1));
        _totals.CanAskProjects = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        await _meters.Report();
        Assert.NotNull(meter.Refuse(1, 1));
    }

    /// <summary>Projects without settings, and totals that a test sets.</summary>
    public class Totals : DispatchProxy
    {
        public bool CanAskProjects { get; set; } = true;

        /// <summary>What every project stores.</summary>
        public long Items { get; set; }

        /// <summary>What the reports of project one wait for.</summary>
        public TaskCompletionSource? Answering { get; set; }

        /// <summary>How often anything was reported.</summary>
        public int Reports { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var kind = targetMethod!.GetGenericArguments().Single();
            var grain = kind == typeof(IProjectGrain) ? Create<IProjectGrain, Project>() : (object)new TotalsGrain(this, (string)args![0]!);
            if (grain is Project project)
                (project.Id, project.Totals) = ((string)args![0]!, this);
            return grain;
        }
    }

    public class Project : DispatchProxy
    {
        public string Id { get; set; } = "";

        public Totals Totals { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Totals.CanAskProjects
            ? Task.FromResult<ProjectSnapshot?>(new(
                Id, Account.Root, Id, ImmutableDictionary<string, ApiKey>.Empty, ImmutableDictionary<string, ClassSettings>.Empty, null))
            : Task.FromException<ProjectSnapshot?>(new TimeoutException());
    }

    private sealed class TotalsGrain(Totals totals, string projectId) : IStoredTotalsGrain
    {
        public async Task<StoredTotals> Report(ImmutableArray<StoredTotal> changes, bool mustBeRight)
        {
            totals.Reports++;
            if (projectId == "one" && totals.Answering is { } answering)
                await answering.Task;
            return new(0, totals.Items, [.. changes.Select(change => new StoredTotal(change.Class, 0, totals.Items))]);
        }
    }
}
