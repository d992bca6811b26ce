using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Vaultrice.Projects;

namespace Vaultrice.Quotas;

/// <summary>The quotas that hold on this server: what is set, and defaults for the rest unless they are off.</summary>
/// <remarks>The defaults stop whoever runs wild, and are far above what an app of some thousand users does.</remarks>
public sealed class ServerQuotas
{
    private static readonly Quota NoLimit = new();

    private readonly Quota[] _scopes;

    public ServerQuotas(IOptions<QuotaOptions> options, IHostEnvironment environment)
        : this(options.Value, environment.IsDevelopment())
    {
    }

    public ServerQuotas(QuotaOptions set, bool isDevelopment)
    {
        var isOn = set.Enabled != false;
        var hasDefaults = set.Enabled ?? !isDevelopment;
        // In the order of ScopeKind.
        _scopes =
        [
            Rates(set.Address, 500, 500, 2_000),
            Rates(set.Key, 2_000, 2_000, 10_000),
            Sized(set.Project, Rates(set.Project, 5_000, 5_000, 20_000), 10L << 30, 10_000_000),
            Sized(set.Class, Rates(set.Class, null, null, null), null, null),
            Rates(set.Object, 1_000, 500, null),
            new(Resolve(set.Account.RequestsPerSecond, 50)),
        ];
        Connections = (int?)Resolve(set.Address.Connections, 2_500);
        FailuresPerSecond = Resolve(set.Address.FailuresPerSecond, 10);
        Burst = set.Burst;
        NearAt = set.NearAt;
        Tracked = set.Tracked;

        Quota Rates(RateQuota quota, double? requests, double? messages, double? sockets) => new(
            Resolve(quota.RequestsPerSecond, requests),
            Resolve(quota.MessagesPerSecond, messages),
            (int?)Resolve(quota.Sockets, sockets));

        Quota Sized(ScopeQuota quota, Quota rates, long? bytes, long? items) => rates with
        {
            Bytes = (long?)Resolve(quota.Bytes, bytes),
            Items = (long?)Resolve(quota.Items, items),
        };

        double? Resolve(double? value, double? byDefault) =>
            !isOn ? null : value is { } given ? given > 0 ? given : null : hasDefaults ? byDefault : null;
    }

    /// <summary>What may come at once, as the time in which a rate allows it.</summary>
    public TimeSpan Burst { get; }

    public double NearAt { get; }

    public int Tracked { get; }

    /// <summary>Open connections per address; null for no limit.</summary>
    public int? Connections { get; }

    /// <summary>Requests per address and second whose credentials are good for nothing; null for no limit.</summary>
    public double? FailuresPerSecond { get; }

    /// <summary>What holds for each of a kind, whatever its project says.</summary>
    public Quota Of(ScopeKind kind) => _scopes[(int)kind];

    /// <summary>What a project may take: the operator's word for it goes before the server's for all.</summary>
    public Quota OfProject(ProjectSnapshot? project)
    {
        var all = Of(ScopeKind.Project);
        return project?.Limits is { } own
            ? new(
                own.RequestsPerSecond ?? all.RequestsPerSecond,
                own.MessagesPerSecond ?? all.MessagesPerSecond,
                own.Sockets ?? all.Sockets,
                own.Bytes ?? all.Bytes,
                own.Items ?? all.Items)
            : all;
    }

    /// <summary>What all objects of a class together may take.</summary>
    public Quota OfClass(ProjectSnapshot? project, string @class) =>
        Lower(Of(ScopeKind.Class), project?.ClassOf(@class).Limits?.Total ?? NoLimit);

    /// <summary>How busy one object of a class may be.</summary>
    public Quota OfObject(ProjectSnapshot project, string @class) =>
        Lower(Of(ScopeKind.Object), project.ClassOf(@class).Limits?.ObjectRate ?? NoLimit);

    private static Quota Lower(Quota one, Quota other) => new(
        Lower(one.RequestsPerSecond, other.RequestsPerSecond),
        Lower(one.MessagesPerSecond, other.MessagesPerSecond),
        (int?)Lower(one.Sockets, other.Sockets),
        (long?)Lower(one.Bytes, other.Bytes),
        (long?)Lower(one.Items, other.Items));

    private static double? Lower(double? one, double? other) => one is null || other < one ? other : one;
}

/// <summary>Registers <see cref="ServerQuotas"/>, once for gateway and silo in one process.</summary>
public static class ServerQuotasRegistration
{
    public static void AddServerQuotas(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ServerQuotas)))
            return;
        services.AddSettings<QuotaOptions>(QuotaOptions.Section);
        services.AddSingleton<ServerQuotas>();
    }
}
