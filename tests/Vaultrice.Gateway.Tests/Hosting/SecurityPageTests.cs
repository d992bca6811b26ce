using System.Text.RegularExpressions;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>SECURITY.md names the tests that hold its promises: they must be there.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string[] Sources =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)];

    public static TheoryData<string> Named { get; } =
        [.. TestName().Matches(Repository.Read("SECURITY.md")).Select(match => match.Groups["name"].Value).Distinct()];

    [Theory]
    [MemberData(nameof(Named))]
    public void A_test_that_the_page_names_is_there(string name)
    {
        if (name.EndsWith(".mjs", StringComparison.Ordinal))
        {
            Assert.True(File.Exists(Path.Combine(Repository.Root, "tests", "conformance", name)), $"There is no tests/conformance/{name}.");
            return;
        }
        var parts = name.Split('.');
        var source = Assert.Single(Sources, file => Path.GetFileName(file) == parts[0] + ".cs");
        if (parts.Length > 1)
            Assert.Contains($" {parts[1]}(", File.ReadAllText(source), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_names_many() => Assert.True(Named.Count > 40);

    [GeneratedRegex(@"`(?<name>[A-Z]\w+Tests(\.\w+)?|[a-z-]+\.test\.mjs)`")]
    private static partial Regex TestName();
}
