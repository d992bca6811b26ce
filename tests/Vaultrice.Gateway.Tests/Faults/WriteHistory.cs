using System.Globalization;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Faults;

/// <summary>
/// What clients of one object asked for and what they were told, and the check that what the server kept agrees with it: every
/// acknowledged write is there, of the others all or nothing.
/// </summary>
/// <remarks>Each writer has names of its own and waits for each answer, so at most its last write may be in doubt.</remarks>
internal sealed class WriteHistory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counts> _single = [];
    private readonly Dictionary<string, Counts> _groups = [];
    private Counts _increments;

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged
    {
        get
        {
            lock (_lock)
                return _increments.Acknowledged + _single.Values.Concat(_groups.Values).Sum(counts => counts.Acknowledged);
        }
    }

    /// <summary>Sets an item to 1, 2, 3 and so on until the server is gone.</summary>
    public Task Set(Calls calls, string name, CancellationToken stop) => Repeat(
        _single, name, n => calls.Set(name, n.ToString(CultureInfo.InvariantCulture)), stop);

    /// <summary>Sets three items to 1, 2, 3 and so on, all three at once.</summary>
    public Task SetMany(Calls calls, string name, CancellationToken stop) => Repeat(
        _groups, name, n => calls.SetMany($"{{\"{name}-a\":{{\"value\":{n}}},\"{name}-b\":{{\"value\":{n}}},\"{name}-c\":{{\"value\":{n}}}}}"), stop);

    /// <summary>Adds 1 to the item that all writers share.</summary>
    public async Task Increment(Calls calls, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            lock (_lock)
                _increments = _increments with { Attempted = _increments.Attempted + 1 };
            if (!await Try(() => calls.Apply("count", "increment", """{"value":1}""")))
                return;
            lock (_lock)
                _increments = _increments with { Acknowledged = _increments.Acknowledged + 1 };
        }
    }

    /// <summary>Asserts that what the object holds is what this history allows, and goes on from there.</summary>
    public async Task Check(Calls calls)
    {
        var items = (await calls.GetAll()).Ok().Json;
        _increments = Agree("count", _increments);
        foreach (var name in _single.Keys.ToArray())
            _single[name] = Agree(name, _single[name]);
        foreach (var name in _groups.Keys.ToArray())
        {
            var values = new[] { "-a", "-b", "-c" }.Select(part => ValueOf(name + part)).ToArray();
            Assert.True(values.Distinct().Count() == 1, $"{name} was set in part: {string.Join(", ", values)}.");
            _groups[name] = Agree(name + "-a", _groups[name]);
        }

        Counts Agree(string name, Counts counts)
        {
            var value = ValueOf(name);
            Assert.True(
                value >= counts.Acknowledged && value <= counts.Attempted,
                $"{name} is {value}; {counts.Acknowledged} writes were acknowledged and {counts.Attempted} attempted.");
            return new(value, value);
        }

        int ValueOf(string name) => items.TryGetProperty(name, out var item) ? item.GetProperty("value").GetInt32() : 0;
    }

    private async Task Repeat(Dictionary<string, Counts> writes, string name, Func<int, Task<Answer>> write, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            int n;
            lock (_lock)
            {
                var counts = writes.GetValueOrDefault(name);
                n = counts.Acknowledged + 1;
                writes[name] = counts with { Attempted = n };
            }
            if (!await Try(() => write(n)))
                return;
            lock (_lock)
                writes[name] = new(n, n);
        }
    }

    /// <summary>Whether the write was acknowledged; false when the server is gone.</summary>
    private static async Task<bool> Try(Func<Task<Answer>> write)
    {
        Answer answer;
        try
        {
            answer = await write();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
        answer.Ok();
        return true;
    }

    private readonly record struct Counts(int Acknowledged, int Attempted);
}
