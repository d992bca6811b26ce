using System.Text;
using CsCheck;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Random operations one after the other leave what JavaScript would leave.</summary>
public sealed class AtomicOperationsAgainstJavaScriptTests(JavaScript javaScript) : IClassFixture<JavaScript>
{
    private static readonly Gen<double> Index = Gen.OneOf(
        Gen.Int[-7, 7].Select(static n => (double)n), Gen.Double[-7, 7], Gen.OneOf(-1e300, 1e300, 4294967296, -0.5));

    private static readonly Gen<Step> Increment = JsonGen.Number.Select(static amount =>
        new Step("increment", new Increment(Raw(amount), false, null, null)) { Amount = amount });

    private static readonly Gen<Step> Decrement = JsonGen.Number.Select(static amount =>
        new Step("decrement", new Increment(Raw(amount), true, null, null)) { Amount = amount });

    private static readonly Gen<Step> Push = JsonGen.Value(2).Select(static element =>
        new Step("push", new Push(Raw(element), null, null)) { Element = element });

    private static readonly Gen<Step> Splice = Gen.Select(
        Index, Gen.OneOf(Index, Gen.Const(double.PositiveInfinity)), JsonGen.Value(1).Array[0, 3],
        static (start, deleteCount, items) =>
            new Step("splice", new Splice(start, deleteCount, [.. items.Select(Raw)], null, null))
            {
                Start = start,
                DeleteCount = double.IsFinite(deleteCount) ? deleteCount : null,
                Items = items,
            });

    private static readonly Gen<Step> Merge = JsonGen.Object(2).Select(static members =>
        new Step("merge", new Merge(Raw(members), null, null)) { Members = members });

    private static readonly Gen<Step> SetIn = Gen.Select(JsonGen.Name.Array[1, 4], JsonGen.Value(1), static (path, value) =>
        new Step("setIn", new SetIn([.. path], Raw(value), null, null)) { Path = path, Value = value });

    [Fact]
    public void Increments_and_decrements_are_javascripts() =>
        Check(JsonGen.Number, Gen.OneOf(Increment, Decrement), 6_000);

    [Fact]
    public void Pushes_and_splices_are_javascripts() =>
        Check(JsonGen.Array(2), Gen.OneOf(Push, Splice), 4_000);

    [Fact]
    public void Merges_and_assignments_to_a_path_are_javascripts() =>
        Check(JsonGen.Object(3), Gen.OneOf(Merge, SetIn), 4_000);

    [Fact]
    public void Any_operation_on_any_value_is_javascripts() =>
        Check(JsonGen.Value(2), Gen.OneOf(Increment, Decrement, Push, Splice, Merge, SetIn), 4_000);

    private void Check(Gen<string> present, Gen<Step> step, long cases) =>
        Gen.Select(Gen.OneOf(present, Gen.Const((string?)null)!), step.Array[1, 6]).Sample(
            (text, steps) =>
            {
                Run(text, steps);
                Assert.Equal("", javaScript.Judge(new { present = text, steps = steps.Select(s => s.ToJson()) }));
            },
            iter: cases,
            threads: 1);

    private static void Run(string? text, Step[] steps)
    {
        var value = text is null ? default(ReadOnlyMemory<byte>?) : Raw(text);
        foreach (var step in steps)
        {
            var result = AtomicOperations.Apply(step.Operation, value, maxDepth: 64);
            step.Error = result.Error?.Code.ToString();
            step.Result = result.Succeeded ? Encoding.UTF8.GetString(result.Value.Span) : null;
            if (result.Succeeded)
                value = result.Value;
        }
    }

    private static ReadOnlyMemory<byte> Raw(string json) => Encoding.UTF8.GetBytes(json);

    private sealed record Step(string Op, AtomicOperation Operation)
    {
        public string? Amount { get; init; }
        public string? Element { get; init; }
        public double? Start { get; init; }
        public double? DeleteCount { get; init; }
        public string[]? Items { get; init; }
        public string? Members { get; init; }
        public string[]? Path { get; init; }
        public string? Value { get; init; }
        public string? Result { get; set; }
        public string? Error { get; set; }

        public object ToJson() => new
        {
            op = Op,
            amount = Amount,
            element = Element,
            start = Start,
            deleteCount = DeleteCount,
            items = Items,
            members = Members,
            path = Path,
            value = Value,
            result = Result,
            error = Error,
        };
    }
}
