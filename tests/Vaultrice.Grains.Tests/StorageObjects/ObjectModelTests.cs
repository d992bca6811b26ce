using System.Collections.Immutable;
using CsCheck;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Random histories of an object, with failures, reloads and time passing, against a model of the contract.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class ObjectModelTests(ObjectCluster cluster)
{
    private TestGateway _gateway = null!;
    private int _calls;

    [Fact]
    public async Task An_object_does_what_the_model_does_and_tells_its_listeners_all_of_it()
    {
        _gateway = await cluster.NewGateway();
        await ModelSteps.History.SampleAsync(Run, iter: 1_000, threads: 1, print: static steps => string.Join("\n", steps.Select(step => step.ToString())));
    }

    private async Task Run(ModelStep[] steps)
    {
        var target = cluster.NewObject();
        _calls = 0;
        var connection = await _gateway.Connect(target);
        var held = new HeldConnection(connection.ConnectionId, "p", null, connection.Attachment);
        var model = new ObjectModel();
        var known = new Known([], 0);
        foreach (var step in steps)
        {
            switch (step)
            {
                case AdvanceStep advance:
                    cluster.Advance(TimeSpan.FromMilliseconds(advance.Milliseconds));
                    if (advance.Milliseconds > 60_000)
                        known = await Renewed(target, held, known);
                    break;
                case DeactivateStep:
                    await target.Deactivate();
                    known = await Renewed(target, held, known);
                    break;
                case FailCommitStep fail:
                    target.Faults.Next(fail.Outcome);
                    break;
                case FailLoadStep:
                    target.Faults.FailNextLoads(1);
                    break;
                default:
                    model = await Step(target, model, step);
                    break;
            }
        }

        target.Faults.Next(CommitOutcome.Store);
        target.Faults.FailNextLoads(0);
        known = await Renewed(target, held, known);
        // What expired just now is told within a second.
        cluster.Advance(TimeSpan.FromSeconds(1));
        await target.TakenUp();
        known = await Renewed(target, held, known);
        Assert.Equal(model.Show(cluster.Now), ObjectModel.Show(await AllItems(target)));
        Assert.Equal(model.Show(cluster.Now), ObjectModel.Show(Replay(known, _gateway.EventsOf(target)).Where(item => item.Value.ExpiresAt > cluster.Now)));
        await target.Grain.Disconnect(held.ConnectionId, held.Attachment, default, closedByPeer: true);
        await target.Deactivate();
    }

    /// <summary>Renews the gateway's lease; where the object has forgotten too much, its listeners begin anew with what is there.</summary>
    private async Task<Known> Renewed(TestObject target, HeldConnection held, Known known)
    {
        var caughtUp = await Patiently(target, () => _gateway.Renew(target, held));
        return caughtUp.Complete
            ? known
            : new((await Patiently(target, () => AllItems(target))).ToDictionary(), _gateway.EventsOf(target).Length);
    }

    /// <summary>Takes a step on the object and on the model; both must answer the same.</summary>
    private async Task<ObjectModel> Step(TestObject target, ObjectModel model, ModelStep step)
    {
        var now = cluster.Now;
        var mayFail = target.Faults.AreArmed;
        var next = model.Clone();
        try
        {
            var (answer, items) = await Call(target, model, step);
            var expected = next.Run(step, now, name => items.TryGetValue(name, out var item) ? item.UpdatedAt : null);
            Assert.Contains(answer, expected.Allowed);
            return next;
        }
        catch (ObjectStoreException) when (mayFail)
        {
            // Stored or not, the caller cannot know; but it must be one of the two, and all of it.
            var items = (await Patiently(target, () => AllItems(target))).ToDictionary();
            next.Run(step, now, name => items.TryGetValue(name, out var item) ? item.UpdatedAt : null);
            var seen = (ObjectModel.Show(items), await IsIssued(target, next.KeyVersions - 1));
            if (seen == (next.Show(now), true) || (seen.Item1 == next.Show(now) && next.KeyVersions == 0))
                return next;
            Assert.Equal((model.Show(now), model.KeyVersions == next.KeyVersions && model.KeyVersions > 0), seen);
            return model;
        }
    }

    /// <summary>Gives the answer as the model words it, and the items in it.</summary>
    private async Task<(string Answer, Dictionary<string, ModelItem> Items)> Call(TestObject target, ObjectModel model, ModelStep step)
    {
        // By turns as a gateway elsewhere calls it, and as one in the silo's process.
        var grain = _calls++ % 3 == 0 ? target.Grain : target.Here;
        switch (step)
        {
            case SetStep set:
                return Worded(set.Name, await grain.Set(set.Name, Write(model, set)));
            case SetManyStep many:
                var result = await grain.SetMany([.. many.Writes.Select(write => new NamedWrite(write.Name, Write(model, write)))]);
                return result.Succeeded ? Worded(result.Value) : (Refused(result.Error), []);
            case AtomicStep atomic:
                return Worded(atomic.Name, await grain.Apply(atomic.Name, ModelSteps.ToOperation(atomic, model.UpdatedAt(atomic.Name, atomic.Condition, cluster.Now))));
            case RemoveStep remove:
                await grain.Remove([.. remove.Names]);
                return ("", []);
            case ClearStep:
                await grain.Clear();
                return ("", []);
            case GetStep get:
                return Worded(await target.Read(get.Name) is { } item ? [new(get.Name, item)] : []);
            case GetManyStep get:
                return Worded(await grain.GetMany([.. get.Names]));
            case GetAllStep get:
                return Worded(await grain.GetAll(get.Prefix));
            case GetKeysStep get:
                return (string.Join("\n", (await grain.GetKeys(get.Prefix)).Order(StringComparer.Ordinal)), []);
            case EncryptionStep encryption:
                var settings = (await (encryption.Rotate ? grain.RotateEncryption(null) : grain.GetEncryption(null, true))).Value!;
                return (string.Join(",", settings.Previous.Prepend(settings.Current).Select(one => one.KeyVersion)), []);
            default:
                throw new ArgumentOutOfRangeException(nameof(step));
        }
    }

    private ItemWrite Write(ObjectModel model, SetStep step) =>
        new(TestObject.Json(step.Value), step.Ttl, step.IfAbsent, model.UpdatedAt(step.Name, step.Condition, cluster.Now), model.KeyVersion(step));

    private static (string, Dictionary<string, ModelItem>) Worded(string name, StorageResult<Item> result) =>
        result.Succeeded ? Worded([new(name, result.Value)]) : (Refused(result.Error), []);

    private static (string, Dictionary<string, ModelItem>) Worded(ImmutableArray<NamedItem> items)
    {
        var all = items.ToDictionary(item => item.Name, item => ModelItem.Of(item.Item), StringComparer.Ordinal);
        return (ObjectModel.Show(all), all);
    }

    private static string Refused(StorageError error) => $"{error.Code} {string.Join(",", error.Items)}";

    private static async Task<IEnumerable<KeyValuePair<string, ModelItem>>> AllItems(TestObject target) =>
        (await target.Grain.GetAll(null)).Select(item => KeyValuePair.Create(item.Name, ModelItem.Of(item.Item)));

    private static async Task<bool> IsIssued(TestObject target, int keyVersion) =>
        keyVersion >= 0 && await Patiently(target, () => target.Grain.Send(new(TestObject.Json("0"), keyVersion, null))) is null;

    /// <summary>Tries again while the store still fails as it was told.</summary>
    private static async Task<T> Patiently<T>(TestObject target, Func<Task<T>> call)
    {
        for (; ; )
        {
            var mayFail = target.Faults.AreArmed;
            try
            {
                return await call();
            }
            catch (ObjectStoreException) when (mayFail)
            {
            }
        }
    }

    private static Dictionary<string, ModelItem> Replay(Known known, ImmutableArray<ObjectEvent> events)
    {
        var items = new Dictionary<string, ModelItem>(known.Items, StringComparer.Ordinal);
        foreach (var happened in events.Skip(known.Events))
        {
            if (happened is ItemSet set)
                items[set.Name] = ModelItem.Of(set.Item);
            else if (happened is ItemRemoved removed)
                items.Remove(removed.Name);
        }
        return items;
    }

    /// <summary>What a listener began with, and after how many of the events its gateway heard.</summary>
    private sealed record Known(Dictionary<string, ModelItem> Items, int Events);
}
