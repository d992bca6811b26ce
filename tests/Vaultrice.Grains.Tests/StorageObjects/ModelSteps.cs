using CsCheck;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Which updatedAt a conditional operation asks for.</summary>
public enum Condition
{
    None,
    Right,
    Wrong,
}

/// <summary>One step of a random history of an object.</summary>
public abstract record ModelStep;

/// <param name="KeyVersion">Null for none; else counted from the newest issued: 0 is the newest, 1 was never issued.</param>
public sealed record SetStep(string Name, string Value, long? Ttl, bool IfAbsent, Condition Condition, int? KeyVersion) : ModelStep;

public sealed record SetManyStep(SetStep[] Writes) : ModelStep
{
    public override string ToString() => $"SetMany({string.Join<SetStep>(", ", Writes)})";
}

public sealed record AtomicStep(string Name, string Operation, string Argument, long? Ttl, Condition Condition) : ModelStep;

public sealed record RemoveStep(string[] Names) : ModelStep
{
    public override string ToString() => $"Remove({string.Join(", ", Names)})";
}

public sealed record ClearStep : ModelStep;

public sealed record GetStep(string Name) : ModelStep;

public sealed record GetManyStep(string[] Names) : ModelStep
{
    public override string ToString() => $"GetMany({string.Join(", ", Names)})";
}

public sealed record GetAllStep(string? Prefix) : ModelStep;

public sealed record GetKeysStep(string? Prefix) : ModelStep;

public sealed record EncryptionStep(bool Rotate) : ModelStep;

public sealed record AdvanceStep(long Milliseconds) : ModelStep;

public sealed record DeactivateStep : ModelStep;

public sealed record FailCommitStep(CommitOutcome Outcome) : ModelStep;

public sealed record FailLoadStep : ModelStep;

/// <summary>Random histories: few names, so that steps meet; small times, so that items expire in between.</summary>
internal static class ModelSteps
{
    private static readonly Gen<string> Name = Gen.OneOf("a", "ab", "b", "n");

    private static readonly Gen<string[]> Names = Gen.Shuffle(new[] { "a", "ab", "b", "n" }, 0, 3);

    private static readonly Gen<string?> Prefix = Gen.OneOf<string?>(null, "", "a", "ab", "x");

    private static readonly Gen<string> Value = Gen.OneOf("0", "5", "-3", "\"s\"", "null", "[]", "[1,2,3]", "{}", "{\"a\":1}", "{\"b\":{\"c\":2}}");

    private static readonly Gen<long?> Ttl = Gen.OneOf<long?>(null, null, null, 1, 50, 5_000);

    private static readonly Gen<Condition> Conditional = Gen.OneOf(Condition.None, Condition.None, Condition.None, Condition.Right, Condition.Wrong);

    private static readonly Gen<SetStep> Set = Gen.Select(
        Name, Value, Ttl, Gen.OneOf(false, false, false, true), Conditional, Gen.OneOf<int?>(null, null, null, null, 0, -1, 1),
        static (name, value, ttl, ifAbsent, condition, keyVersion) => new SetStep(name, value, ttl, ifAbsent, condition, keyVersion));

    private static readonly Gen<(string Operation, string Argument)> Operation = Gen.OneOf(
        ("increment", "1"), ("increment", "-7"), ("decrement", "2"), ("push", "1"), ("push", "{\"x\":0}"), ("splice", "0,1,9"),
        ("splice", "-1,5,"), ("splice", "1,0,7"), ("merge", "{\"a\":2,\"d\":[]}"), ("merge", "{}"), ("set-in", "a=1"), ("set-in", "b.c=[0]"));

    private static readonly Gen<ModelStep> Step = Gen.Frequency(
        (12, Set.Select(static set => (ModelStep)set)),
        (5, Set.Array[1, 4].Select(static writes => (ModelStep)new SetManyStep([.. writes.DistinctBy(write => write.Name)]))),
        (12, Gen.Select(Name, Operation, Ttl, Conditional, static (name, operation, ttl, condition) =>
            (ModelStep)new AtomicStep(name, operation.Operation, operation.Argument, ttl, condition))),
        (5, Names.Select(static names => (ModelStep)new RemoveStep(names))),
        (1, Gen.Const<ModelStep>(new ClearStep())),
        (12, Name.Select(static name => (ModelStep)new GetStep(name))),
        (2, Names.Select(static names => (ModelStep)new GetManyStep(names))),
        (3, Prefix.Select(static prefix => (ModelStep)new GetAllStep(prefix))),
        (2, Prefix.Select(static prefix => (ModelStep)new GetKeysStep(prefix))),
        (3, Gen.Bool.Select(static rotate => (ModelStep)new EncryptionStep(rotate))),
        (5, Gen.OneOf(1L, 1, 2, 49, 50, 5_000, 3_600_000).Select(static milliseconds => (ModelStep)new AdvanceStep(milliseconds))),
        (2, Gen.Const<ModelStep>(new DeactivateStep())),
        (3, Gen.OneOf(CommitOutcome.FailBefore, CommitOutcome.FailAfter).Select(static outcome => (ModelStep)new FailCommitStep(outcome))),
        (1, Gen.Const<ModelStep>(new FailLoadStep())));

    public static Gen<ModelStep[]> History => Step.Array[1, 60];

    /// <summary>What the grain is asked to do for an atomic step.</summary>
    public static AtomicOperation ToOperation(AtomicStep step, long? updatedAt) => step.Operation switch
    {
        "increment" or "decrement" => new Increment(TestObject.Json(step.Argument), step.Operation == "decrement", step.Ttl, updatedAt),
        "push" => new Push(TestObject.Json(step.Argument), step.Ttl, updatedAt),
        "splice" => ToSplice(step, updatedAt),
        "merge" => new Merge(TestObject.Json(step.Argument), step.Ttl, updatedAt),
        _ => new SetIn([.. step.Argument.Split('=')[0].Split('.')], TestObject.Json(step.Argument.Split('=')[1]), step.Ttl, updatedAt),
    };

    private static Splice ToSplice(AtomicStep step, long? updatedAt)
    {
        var parts = step.Argument.Split(',');
        return new(
            int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
            parts[2].Length == 0 ? [] : [TestObject.Json(parts[2])],
            step.Ttl,
            updatedAt);
    }
}
