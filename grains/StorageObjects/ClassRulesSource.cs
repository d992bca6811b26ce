using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Vaultrice.Grains.Encryption;
using Vaultrice.Grains.Quotas;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>The rules of all classes, for the objects of one silo; without projects every class has the server's.</summary>
internal sealed class ClassRulesSource
{
    private readonly ConditionalWeakTable<ClassSettings, ClassRules> _rules = [];
    private readonly ObjectLimits _limits;
    private readonly StorageObjectOptions _options;
    private readonly ProjectSnapshots? _projects;
    private readonly StoredMeters? _meters;
    private int _version;

    public ClassRulesSource(IOptions<ObjectLimits> limits, IOptions<StorageObjectOptions> options, ProjectSnapshots? projects = null, StoredMeters? meters = null)
    {
        _limits = limits.Value;
        _options = options.Value;
        _projects = projects;
        _meters = meters;
        _projects?.Changed += _ => MayHaveChanged();
    }

    /// <summary>Grows whenever the rules of some class may have changed.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Makes all objects look at their rules again, each with its next operation.</summary>
    public void MayHaveChanged() => Interlocked.Increment(ref _version);

    /// <summary>The rules of a class without settings.</summary>
    public ClassRules Default => Of(ClassSettings.Default);

    /// <summary>The rules of a class, at once when the project is known as it is now; null when there is no such project (any more).</summary>
    public async ValueTask<ClassRules?> Get(string projectId, string @class)
    {
        if (_projects is null)
            return Default;
        return await _projects.Get(projectId) is { } project ? Of(project.ClassOf(@class)) : null;
    }

    /// <summary>The meter of a class's objects on this silo; null where storage is not metered.</summary>
    public ClassMeter? MeterOf(string projectId, string @class) => _meters?.Of(projectId, @class);

    private ClassRules Of(ClassSettings settings) => _rules.GetValue(settings, known => new(known, _limits, _options));
}

/// <summary>Registers what storage objects need besides their store.</summary>
public static class StorageObjectsRegistration
{
    public static void AddStorageObjects(this IServiceCollection services)
    {
        services.TryAddSingleton<ClassRulesSource>();
        services.TryAddSingleton<ProjectKeys>();
        services.TryAddSingleton<LocalObjects>();
        services.TryAddSingleton<ILocalObjects>(provider => provider.GetRequiredService<LocalObjects>());
        services.AddHostedService<EncryptionResumption>();
    }
}
