using Vaultrice.Fuzz;
using Xunit;

namespace Vaultrice.Gateway.Tests.Fuzz;

/// <summary>A brief run of every fuzz target, always on the same inputs; <c>tests/Vaultrice.Fuzz</c> runs them for longer.</summary>
public sealed class FuzzTests
{
    private const ulong Seed = 1;

    [Theory]
    [InlineData("bodies", 30_000)]
    [InlineData("client-frames", 200_000)]
    [InlineData("atomics", 50_000)]
    [InlineData("paths", 50_000)]
    [InlineData("socket-frames", 10_000)]
    public void No_input_makes_a_target_throw_or_break_its_word(string target, int executions)
    {
        var failure = new FuzzSession(Find(target), Seed).Run(executions);

        Assert.True(failure is null, $"On execution {failure?.Execution}, with {Convert.ToHexString(failure?.Input ?? [])}: {failure?.Exception}");
    }

    [Fact]
    public void Every_target_is_run() =>
        Assert.Equal(["bodies", "client-frames", "atomics", "paths", "socket-frames"], FuzzTargets.All.Select(target => target.Name));

    [Fact]
    public void A_target_that_throws_is_a_failure_with_its_input()
    {
        var target = new FuzzTarget("picky", ["ab"u8.ToArray()], ["x"u8.ToArray()], input => input.Length < 8 ? 0 : throw new FormatException());

        var failure = new FuzzSession(target, Seed).Run(10_000);

        Assert.IsType<FormatException>(failure?.Exception);
        Assert.True(failure.Input.Length >= 8);
        Assert.Equal(failure.Input, new FuzzSession(target, Seed).Run(10_000)?.Input);
    }

    private static FuzzTarget Find(string name) => FuzzTargets.All.Single(target => target.Name == name);
}
