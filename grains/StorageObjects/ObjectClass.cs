using Vaultrice.Grains.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// The class of one object: the rules that are in force. A change of the class's settings acts on the next operation after the
/// silo has heard of it; looking costs the comparison of a number.
/// </summary>
/// <remarks>All members run on the grain's scheduler.</remarks>
internal sealed class ObjectClass
{
    private readonly ClassRulesSource _source;
    private readonly string _projectId;
    private readonly string _class;
    private ClassRules? _rules;
    private int _version;
    private Task _asking = Task.CompletedTask;

    private ObjectClass(ClassRulesSource source, string projectId, string @class, int version, ClassRules? rules)
    {
        Meter = new(source.MeterOf(projectId, @class));
        _source = source;
        _projectId = projectId;
        _class = @class;
        _version = version;
        _rules = rules;
    }

    /// <summary>Counts what the object stores, and knows what its class and its project still may.</summary>
    public ObjectMeter Meter { get; }

    /// <summary>Whether the rules are those of all the silo has heard of.</summary>
    public bool IsCurrent => _version == _source.Version;

    /// <summary>
    /// The rules as last known, or the server's if none ever were; for what is let in by them, <see cref="Refresh"/> comes first.
    /// </summary>
    public ClassRules Rules
    {
        get
        {
            if (!IsCurrent && _asking.IsCompleted)
                (_asking = Ask()).Ignore();
            return _rules ?? _source.Default;
        }
    }

    /// <summary>Finds out the rules of a class; of one whose project is gone there are none, and nothing is let in.</summary>
    public static async Task<ObjectClass> Load(ClassRulesSource source, string projectId, string @class)
    {
        // Read before asking: a change in between makes the object ask again.
        var version = source.Version;
        var rules = await source.Get(projectId, @class);
        return new(source, projectId, @class, rules is null ? version - 1 : version, rules);
    }

    /// <summary>Takes over the rules of all that the silo has heard of up to now, at once if they are at hand.</summary>
    /// <exception cref="ObjectStoreException">They cannot be had: nothing may be let in by rules that may be those of before.</exception>
    public async Task Refresh()
    {
        var heard = _source.Version;
        while (_version - heard < 0)
        {
            if (_asking.IsCompleted)
                _asking = Ask();
            await _asking;
        }
    }

    private async Task Ask()
    {
        var version = _source.Version;
        ClassRules? rules;
        try
        {
            rules = await _source.Get(_projectId, _class);
        }
#pragma warning disable CA1031 // Whatever it was: the rules are not known.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new ObjectStoreException("The settings of the class cannot be had at present; nothing was changed.", e);
        }
        // A project that is gone is being emptied: what comes late is held to the rules it had, if it had any here.
        _rules = rules ?? _rules ?? throw new ObjectStoreException("The object's project does not exist, or no longer; nothing was changed.");
        _version = version;
    }
}
