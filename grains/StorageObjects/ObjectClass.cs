using Vaultrice.Grains.Quotas;

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
    private ClassRules _rules;
    private int _version;
    private bool _isAsking;

    private ObjectClass(ClassRulesSource source, string projectId, string @class, int version, ClassRules rules)
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

    /// <summary>The rules at this moment.</summary>
    public ClassRules Rules
    {
        get
        {
            if (_version != _source.Version && !_isAsking)
                _ = Refresh();
            return _rules;
        }
    }

    /// <summary>Finds out the rules of a class.</summary>
    public static async Task<ObjectClass> Load(ClassRulesSource source, string projectId, string @class)
    {
        // Read before asking: a change in between makes the object ask again.
        var version = source.Version;
        return new(source, projectId, @class, version, await source.Get(projectId, @class));
    }

    /// <summary>Takes over the present rules, now if they are at hand; while they cannot be had, those known stay in force.</summary>
    public async Task Refresh()
    {
        var version = _source.Version;
        var answer = _source.Get(_projectId, _class).AsTask();
        _isAsking = true;
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _isAsking = false;
        if (answer.IsCompletedSuccessfully)
            (_rules, _version) = (await answer, version);
    }
}
