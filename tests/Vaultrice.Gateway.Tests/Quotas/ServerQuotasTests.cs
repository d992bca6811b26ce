using System.Collections.Immutable;
using Vaultrice.Projects;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

/// <summary>Which limit holds when several places name one.</summary>
public sealed class ServerQuotasTests
{
    private static readonly QuotaOptions Set = new() { Key = new() { RequestsPerSecond = 7 }, Project = new() { Bytes = 0 } };

    [Fact]
    public void In_Development_only_what_is_set_holds()
    {
        var quotas = new ServerQuotas(Set, isDevelopment: true);
        Assert.Equal(new Quota(RequestsPerSecond: 7), quotas.Of(ScopeKind.Key));
        Assert.Equal(new(), quotas.Of(ScopeKind.Project));
        Assert.Equal(new(), quotas.Of(ScopeKind.Address));
        Assert.Null(quotas.Connections);
        Assert.Null(quotas.FailuresPerSecond);
    }

    [Fact]
    public void Elsewhere_the_stated_defaults_hold_for_the_rest_and_zero_is_no_limit()
    {
        var quotas = new ServerQuotas(Set, isDevelopment: false);
        Assert.Equal(new(500, 500, 2_000), quotas.Of(ScopeKind.Address));
        Assert.Equal(new(7, 2_000, 10_000), quotas.Of(ScopeKind.Key));
        Assert.Equal(new(5_000, 5_000, 20_000, null, 10_000_000), quotas.Of(ScopeKind.Project));
        Assert.Equal(new(), quotas.Of(ScopeKind.Class));
        Assert.Equal(new(1_000, 500), quotas.Of(ScopeKind.Object));
        Assert.Equal(new(50), quotas.Of(ScopeKind.Account));
        Assert.Equal((2_500, 10), (quotas.Connections, quotas.FailuresPerSecond));
        Assert.Equal(10L << 30, new ServerQuotas(new(), isDevelopment: false).Of(ScopeKind.Project).Bytes);
    }

    [Fact]
    public void Enabled_decides_wherever_it_is_set()
    {
        Assert.Equal(new(), new ServerQuotas(new() { Enabled = false, Key = Set.Key }, isDevelopment: false).Of(ScopeKind.Key));
        Assert.Equal(500, new ServerQuotas(new() { Enabled = true }, isDevelopment: true).Of(ScopeKind.Address).RequestsPerSecond);
    }

    [Fact]
    public void The_operators_word_for_a_project_goes_before_the_servers_and_what_it_leaves_out_is_the_servers()
    {
        var quotas = new ServerQuotas(new(), isDevelopment: false);
        var project = Project(new Quota(RequestsPerSecond: 9_000, Items: 5));
        Assert.Equal(new(9_000, 5_000, 20_000, 10L << 30, 5), quotas.OfProject(project));
    }

    [Fact]
    public void A_class_can_only_be_limited_further()
    {
        var quotas = new ServerQuotas(new() { Class = new() { RequestsPerSecond = 100, Bytes = 1_000 } }, isDevelopment: false);
        var project = Project(null) with
        {
            Classes = ImmutableDictionary<string, ClassSettings>.Empty.Add(
                "c", new(Limits: new(ObjectRate: new(RequestsPerSecond: 50, MessagesPerSecond: 9_999), Total: new(RequestsPerSecond: 500, Bytes: 10, Sockets: 3)))),
        };
        Assert.Equal(new(100, null, 3, 10), quotas.OfClass(project, "c"));
        Assert.Equal(new(50, 500), quotas.OfObject(project, "c"));
        Assert.Equal(new(100, null, null, 1_000), quotas.OfClass(project, "other"));
    }

    internal static ProjectSnapshot Project(Quota? limits, string id = "p") =>
        new(id, Account.Root, id, ImmutableDictionary<string, ApiKey>.Empty, ImmutableDictionary<string, ClassSettings>.Empty, limits);
}
