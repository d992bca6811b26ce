using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>An item of the model.</summary>
internal sealed record ModelItem(string Value, long ExpiresAt, long CreatedAt, long UpdatedAt, int? KeyVersion)
{
    public static ModelItem Of(Item item) =>
        new(TestObject.Text(item.Value), item.ExpiresAt, item.CreatedAt, item.UpdatedAt, item.KeyVersion);
}

/// <summary>What a step must answer: one of some refusals, or what the accepted step gives.</summary>
internal sealed record ModelAnswer(ImmutableArray<string> Allowed)
{
    public static ModelAnswer Of(string text) => new([text]);
}

/// <summary>
/// A storage object as its contract describes it: one operation after the other on a sorted dictionary. All it is told from
/// outside are the times that new items got, which it checks: not before now, and later than any the name has carried.
/// </summary>
internal sealed class ObjectModel
{
    private const long DefaultTtl = 3_600_000;

    private readonly SortedDictionary<string, ModelItem> _items;
    private readonly Dictionary<string, long> _lastStamps;

    public ObjectModel() => (_items, _lastStamps) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    private ObjectModel(ObjectModel other)
    {
        _items = new(other._items, StringComparer.Ordinal);
        _lastStamps = new(other._lastStamps, StringComparer.Ordinal);
        KeyVersions = other.KeyVersions;
    }

    /// <summary>How many versions of the encryption settings were issued.</summary>
    public int KeyVersions { get; private set; }

    public ObjectModel Clone() => new(this);

    /// <summary>The items alive at a time.</summary>
    public IEnumerable<KeyValuePair<string, ModelItem>> Alive(long now) => _items.Where(item => item.Value.ExpiresAt > now);

    public string Show(long now, string? prefix = null) => Show(Alive(now).Where(item => item.Key.StartsWith(prefix ?? "", StringComparison.Ordinal)));

    public static string Show(IEnumerable<KeyValuePair<string, ModelItem>> items) =>
        string.Join("\n", items.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key} {item.Value}"));

    public long? UpdatedAt(string name, Condition condition, long now) => condition switch
    {
        Condition.None => null,
        Condition.Right => Find(name, now)?.UpdatedAt ?? 1,
        _ => (Find(name, now)?.UpdatedAt ?? 5) + 1,
    };

    public int? KeyVersion(SetStep step) => step.KeyVersion is { } fromNewest ? Math.Max(KeyVersions - 1 + fromNewest, 0) : null;

    /// <param name="step">The step.</param>
    /// <param name="now">The time, in ms since the Unix epoch.</param>
    /// <param name="stampOf">When a newly made item says it was written.</param>
    public ModelAnswer Run(ModelStep step, long now, Func<string, long?> stampOf)
    {
        foreach (var (name, item) in _items.Where(item => item.Value.ExpiresAt <= now).ToArray())
            _items.Remove(name);
        switch (step)
        {
            case SetStep set:
                return SetAll([set], now, stampOf);
            case SetManyStep many:
                return SetAll(many.Writes, now, stampOf);
            case AtomicStep atomic:
                return Apply(atomic, now, stampOf);
            case RemoveStep remove:
                foreach (var name in remove.Names)
                    _items.Remove(name);
                return ModelAnswer.Of("");
            case ClearStep:
                _items.Clear();
                return ModelAnswer.Of("");
            case GetStep get:
                return ModelAnswer.Of(Show(_items.Where(item => item.Key == get.Name)));
            case GetManyStep get:
                return ModelAnswer.Of(Show(_items.Where(item => get.Names.Contains(item.Key))));
            case GetAllStep get:
                return ModelAnswer.Of(Show(now, get.Prefix));
            case GetKeysStep get:
                return ModelAnswer.Of(string.Join("\n", _items.Keys.Where(name => name.StartsWith(get.Prefix ?? "", StringComparison.Ordinal))));
            case EncryptionStep encryption:
                KeyVersions = encryption.Rotate ? KeyVersions + 1 : Math.Max(KeyVersions, 1);
                return ModelAnswer.Of(string.Join(",", Enumerable.Range(0, KeyVersions).Reverse()));
            default:
                throw new ArgumentOutOfRangeException(nameof(step));
        }
    }

    private ModelItem? Find(string name, long now) => _items.TryGetValue(name, out var item) && item.ExpiresAt > now ? item : null;

    private ModelAnswer SetAll(IReadOnlyList<SetStep> steps, long now, Func<string, long?> stampOf)
    {
        var writes = steps.Where(step => !step.IfAbsent || Find(step.Name, now) is null).ToArray();
        var refusals = ImmutableArray.CreateBuilder<string>();
        var mismatched = writes.Where(write => write.Condition != Condition.None && Find(write.Name, now)?.UpdatedAt != UpdatedAt(write.Name, write.Condition, now)).ToArray();
        if (mismatched.Length > 0)
            refusals.Add($"{StorageErrorCode.UpdatedAtMismatch} {string.Join(",", mismatched.Select(write => write.Name))}");
        if (writes.Any(write => KeyVersion(write) >= KeyVersions))
            refusals.Add($"{StorageErrorCode.KeyVersionMismatch} ");
        if (refusals.Count > 0)
            return new(refusals.DrainToImmutable());
        // Version 0 before any was issued is refused above, so what is left can be stored.
        var versions = writes.ToDictionary(write => write.Name, KeyVersion);
        foreach (var write in writes)
            Put(write.Name, write.Value, write.Ttl, versions[write.Name], now, stampOf);
        return ModelAnswer.Of(Show(steps.Select(step => KeyValuePair.Create(step.Name, _items[step.Name]))));
    }

    private ModelAnswer Apply(AtomicStep step, long now, Func<string, long?> stampOf)
    {
        var present = Find(step.Name, now);
        if (step.Condition != Condition.None && present?.UpdatedAt != UpdatedAt(step.Name, step.Condition, now))
            return ModelAnswer.Of($"{StorageErrorCode.UpdatedAtMismatch} {step.Name}");
        if (ModelAtomics.Apply(step, present?.Value) is not { } value)
            return ModelAnswer.Of($"{StorageErrorCode.InvalidType} ");
        Put(step.Name, value, step.Ttl, null, now, stampOf);
        return ModelAnswer.Of(Show([KeyValuePair.Create(step.Name, _items[step.Name])]));
    }

    private void Put(string name, string value, long? ttl, int? keyVersion, long now, Func<string, long?> stampOf)
    {
        var present = Find(name, now);
        var stamp = present is not null ? Math.Max(now, present.UpdatedAt + 1) : stampOf(name) ?? now;
        // A new item's time is not predicted, only bounded; out of bounds, it shows as a difference.
        var highest = Math.Max(now, _lastStamps.Values.DefaultIfEmpty(0).Max());
        if (stamp < now || stamp <= _lastStamps.GetValueOrDefault(name) || stamp > highest + 1)
            stamp = -1;
        _items[name] = new(value, now + (ttl ?? DefaultTtl), present?.CreatedAt ?? stamp, stamp, keyVersion);
        _lastStamps[name] = stamp;
    }
}
